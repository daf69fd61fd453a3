#include "rest-proxy/faulty_upstream.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <csignal>
#include <cstring>
#include <stdexcept>

namespace edgeconf::test {
namespace {

namespace http = boost::beast::http;

std::shared_ptr<SSL_CTX> make_context(const upstream_place& at) {
    if (!at.tls) return nullptr;
    std::shared_ptr<SSL_CTX> made{SSL_CTX_new(TLS_server_method()), &SSL_CTX_free};
    bool is_good = SSL_CTX_use_certificate_chain_file(made.get(), at.tls->certificate.c_str()) == 1 &&
                   SSL_CTX_use_PrivateKey_file(made.get(), at.tls->key.c_str(), SSL_FILETYPE_PEM) == 1;
    if (!at.client_ca.empty()) {
        is_good = is_good && SSL_CTX_load_verify_file(made.get(), at.client_ca.c_str()) == 1;
        SSL_CTX_set_verify(made.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    if (!is_good) throw std::runtime_error{"the upstream's TLS files are no good"};
    return made;
}

// What is written from here on waits until it is flushed.
void buffer_writes(SSL* tls) { SSL_set0_wbio(tls, BIO_new(BIO_s_mem())); }

bool send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool flush(int fd, SSL* tls) {
    if (tls == nullptr) return true;
    char* bytes = nullptr;
    auto* waiting = SSL_get_wbio(tls);
    const auto size = BIO_get_mem_data(waiting, &bytes);
    const bool sent = send_all(fd, {bytes, static_cast<std::size_t>(size)});
    BIO_reset(waiting);
    return sent;
}

bool put(int fd, SSL* tls, std::string_view bytes) {
    if (bytes.empty()) return true;
    if (tls == nullptr) return send_all(fd, bytes);
    return SSL_write(tls, bytes.data(), static_cast<int>(bytes.size())) > 0;
}

// 0 at the end, whatever ended it.
std::size_t get(int fd, SSL* tls, std::array<char, 16 * 1024>& into) {
    const auto got = tls == nullptr ? ::recv(fd, into.data(), into.size(), 0)
                                    : SSL_read(tls, into.data(), static_cast<int>(into.size()));
    ERR_clear_error();
    return got > 0 ? static_cast<std::size_t>(got) : 0;
}

void wait_for_end(int fd) {
    std::array<char, 1024> ignored{};
    while (::recv(fd, ignored.data(), ignored.size(), 0) > 0) {
    }
}

void reset_when_closed(int fd) {
    const linger at_once{1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

std::string path_part(const std::string& target, std::size_t from_end) {
    auto end = target.size();
    for (; from_end != 0; --from_end) end = target.rfind('/', end - 1);
    const auto slash = target.rfind('/', end - 1);
    return target.substr(slash + 1, end - slash - 1);
}

} // namespace

std::string heard_request::device() const { return path_part(target, 1); }
std::string heard_request::call() const { return path_part(target, 0); }

faulty_upstream::faulty_upstream(script does, upstream_place at)
    : at_{std::move(at)}, context_{make_context(at_)}, does_{std::move(does)} {
    listen();
}

faulty_upstream::~faulty_upstream() { die(); }

std::string faulty_upstream::url() const { return url_; }

void faulty_upstream::behave(script does) {
    const std::lock_guard lock{mutex_};
    does_ = std::move(does);
}

std::size_t faulty_upstream::connections() const {
    const std::lock_guard lock{mutex_};
    return accepted_;
}

std::size_t faulty_upstream::open_connections() const {
    const std::lock_guard lock{mutex_};
    return static_cast<std::size_t>(
        std::count_if(peers_.begin(), peers_.end(), [](const peer& p) { return p.fd >= 0; }));
}

std::size_t faulty_upstream::requests() const {
    const std::lock_guard lock{mutex_};
    return heard_.size();
}

std::size_t faulty_upstream::behaved() const {
    const std::lock_guard lock{mutex_};
    return behaved_;
}

std::vector<heard_request> faulty_upstream::heard() const {
    const std::lock_guard lock{mutex_};
    return heard_;
}

void faulty_upstream::die() {
    {
        const std::lock_guard lock{mutex_};
        if (ending_) return;
        ending_ = true;
        ended_.notify_all();
        for (const auto& p : peers_) {
            if (p.fd < 0) continue;
            reset_when_closed(p.fd);
            ::shutdown(p.fd, SHUT_RDWR); // wakes its thread
        }
    }
    ::shutdown(listener_, SHUT_RDWR); // wakes the acceptor
    acceptor_.join();
    ::close(listener_);
    if (!at_.socket.empty()) std::filesystem::remove(at_.socket);
    for (auto& p : peers_) p.thread.join();
    peers_.clear();
}

void faulty_upstream::revive() {
    ending_ = false;
    listen();
}

void faulty_upstream::listen() {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    if (at_.socket.empty()) {
        auto& in = reinterpret_cast<sockaddr_in&>(storage);
        in.sin_family = AF_INET;
        in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        size = sizeof in;
    } else {
        auto& local = reinterpret_cast<sockaddr_un&>(storage);
        local.sun_family = AF_UNIX;
        std::strncpy(local.sun_path, at_.socket.c_str(), sizeof local.sun_path - 1);
        size = sizeof local;
    }
    listener_ = ::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto* const address = reinterpret_cast<sockaddr*>(&storage);
    if (::bind(listener_, address, size) != 0 || ::listen(listener_, SOMAXCONN) != 0)
        throw std::runtime_error{"the upstream cannot listen"};
    if (at_.socket.empty()) {
        ::getsockname(listener_, address, &size);
        const auto port = ntohs(reinterpret_cast<sockaddr_in&>(storage).sin_port);
        url_ = (at_.tls ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port);
    } else {
        url_ = "unix:" + at_.socket.string();
    }
    acceptor_ = std::thread{[this] { accept_all(); }};
}

void faulty_upstream::accept_all() {
    sigset_t pipe; // OpenSSL writes without MSG_NOSIGNAL; the connections' threads inherit this
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    for (;;) {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        const std::lock_guard lock{mutex_};
        if (ending_) {
            if (fd >= 0) ::close(fd);
            return;
        }
        if (fd < 0) continue;
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // fails on a Unix socket
        ++accepted_;
        reap();
        auto& p = peers_.emplace_back();
        p.fd = fd;
        p.thread = std::thread{[this, &p] { serve(p); }};
    }
}

// Under the lock: those that are done do not wait for it.
void faulty_upstream::reap() {
    for (auto p = peers_.begin(); p != peers_.end();) {
        if (!p->done) {
            ++p;
            continue;
        }
        p->thread.join();
        p = peers_.erase(p);
    }
}

void faulty_upstream::serve(peer& p) {
    const int fd = p.fd; // only this thread closes it
    std::unique_ptr<SSL, decltype(&SSL_free)> tls{nullptr, &SSL_free};
    bool is_ready = true;
    if (at_.is_mute) {
        wait_for_end(fd);
        is_ready = false;
    } else if (context_ != nullptr) {
        tls.reset(SSL_new(context_.get()));
        SSL_set_fd(tls.get(), fd);
        is_ready = SSL_accept(tls.get()) == 1;
        ERR_clear_error();
        if (is_ready) buffer_writes(tls.get());
    }
    if (is_ready) converse(fd, tls.get());
    const std::lock_guard lock{mutex_};
    ::close(fd);
    p.fd = -1;
    p.done = true;
}

// One request after the other, until either side has had enough.
void faulty_upstream::converse(int fd, SSL* tls) {
    std::string unread;
    std::array<char, 16 * 1024> chunk{};
    for (;;) {
        http::request_parser<http::string_body> parser;
        parser.eager(true);
        parser.body_limit(std::uint64_t{64} << 20);
        while (!parser.is_done()) {
            boost::system::error_code ec;
            const auto used = unread.empty() ? 0 : parser.put(boost::asio::buffer(unread), ec);
            if (ec && ec != http::error::need_more) return;
            unread.erase(0, used);
            if (parser.is_done()) break;
            const auto got = get(fd, tls, chunk);
            if (got == 0) return;
            unread.append(chunk.data(), got);
        }
        const auto& message = parser.get();
        heard_request heard;
        heard.method = std::string{message.method_string()};
        heard.target = std::string{message.target()};
        heard.body = message.body();
        for (const auto& field : message) {
            std::string name{field.name_string()};
            std::transform(name.begin(), name.end(), name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            heard.fields[name] = std::string{field.value()};
        }
        script does;
        {
            const std::lock_guard lock{mutex_};
            heard.number = heard_.size() + 1;
            heard_.push_back(heard);
            does = does_;
        }
        const bool goes_on = behave_as(does(heard), fd, tls);
        const std::lock_guard lock{mutex_};
        ++behaved_;
        if (!goes_on || ending_) return;
    }
}

// True if another request may come.
bool faulty_upstream::behave_as(const conduct& c, int fd, SSL* tls) {
    for (const auto& piece : c.pieces) {
        if (!rest(c.pause) || !put(fd, tls, piece)) return false;
        if (c.pause.count() != 0 && !flush(fd, tls)) return false;
    }
    if (!flush(fd, tls)) return false;
    switch (c.then) {
    case conduct::ending::keep: return true;
    case conduct::ending::close: return false;
    case conduct::ending::reset: reset_when_closed(fd); return false;
    case conduct::ending::hold: wait_for_end(fd); return false;
    case conduct::ending::repeat: break;
    }
    while (rest(c.pause) && put(fd, tls, c.pieces.back()) && flush(fd, tls)) {
    }
    return false;
}

// False if it all ends meanwhile.
bool faulty_upstream::rest(std::chrono::milliseconds time) {
    std::unique_lock lock{mutex_};
    return !ended_.wait_for(lock, time, [this] { return ending_; });
}

} // namespace edgeconf::test
