// Many peers that send next to nothing cost no other peer anything, and are cut when their time is up.
#include "support/catch.hpp"
#include "support/running_host.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

using namespace edgeconf::test;

namespace {

constexpr std::string_view status_path = "/namespaces/default/devices/camera-1/registration";
constexpr std::size_t loris_count = 2000;
constexpr std::size_t behind_tls = 200; // of them have a handshake each, which costs

void allow_descriptors(rlim_t count) {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = std::min(std::max(files.rlim_cur, count), files.rlim_max);
    setrlimit(RLIMIT_NOFILE, &files);
    REQUIRE(files.rlim_cur >= count);
}

// Connections that have sent `opening` and then send a byte of `rest` whenever they are told.
class lorises {
public:
    lorises(const std::string& address, std::size_t count, std::string opening, char rest) : rest_{rest} {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        const auto colon = address.rfind(':');
        to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
        inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
        for (std::size_t i = 0; i < count; ++i) {
            const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            REQUIRE(fd >= 0);
            fds_.push_back(fd);
            REQUIRE(connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
            ::send(fd, opening.data(), opening.size(), MSG_NOSIGNAL);
        }
    }
    ~lorises() {
        for (const int fd : fds_) close(fd);
    }
    lorises(const lorises&) = delete;
    lorises& operator=(const lorises&) = delete;

    // The next few send a byte each.
    void drip(std::size_t count) {
        for (; count > 0; --count)
            ::send(fds_[next_++ % fds_.size()], &rest_, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    std::size_t still_open() const {
        std::size_t open = 0;
        for (const int fd : fds_) {
            char byte = 0;
            const auto got = recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
            if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) ++open;
        }
        return open;
    }
    // Whether the host closed every one of them within the tests' patience.
    bool are_all_closed() const {
        const auto until = std::chrono::steady_clock::now() + patience;
        for (const int fd : fds_) {
            pollfd end{fd, POLLIN, 0};
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                until - std::chrono::steady_clock::now());
            if (poll(&end, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) != 1) return false;
        }
        return still_open() == 0;
    }

private:
    std::vector<int> fds_;
    char rest_;
    std::size_t next_ = 0;
};

// 200 requests, on few connections and on many, while bytes keep dripping.
template <class Drip>
void serve_others(const target& to, Drip&& drip) {
    auto c = std::make_unique<client>(to);
    for (int i = 0; i < 200; ++i) {
        drip();
        if (i % 20 == 0) c = std::make_unique<client>(to);
        if (c->request("GET", status_path).status != 404) FAIL("request " << i);
    }
}

} // namespace

TEST_CASE("slow loris: 2,000 slow peers leave the Edge API served over mTLS, and are cut", "[integration]") {
    allow_descriptors(2 * loris_count);
    const secured_folder secured;
    auto text = secured.configuration("  library: memory\n");
    text.insert(text.find("observe:"), "  limits: {handshake-time: 8s, header-time: 8s}\n");
    text.replace(text.find("level: debug"), 12, "level: info");
    running_host host{secured.folder(), text};
    // A ClientHello of 512 bytes begins and does not end.
    lorises slow{host.device_address(), loris_count - behind_tls,
                 std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11}, '\x2a'};
    const auto to = secured.as_edge_api(host.device_address());
    std::vector<std::unique_ptr<client>> slow_in_header;
    for (std::size_t i = 0; i < behind_tls; ++i) {
        slow_in_header.push_back(std::make_unique<client>(to));
        slow_in_header.back()->send("GET / HTTP/1.1\r\nX: ");
    }
    serve_others(to, [&slow] { slow.drip(50); });
    CHECK(slow.are_all_closed());
    for (auto& c : slow_in_header)
        if (!c->is_closed()) FAIL_CHECK("one is not cut");
    CHECK(host.stop().exit_code == 0);
}

TEST_CASE("slow loris: the same in the middle of a header", "[integration]") {
    allow_descriptors(2 * loris_count);
    const temp_folder folder;
    running_host host{folder, "device-api: {listen: \"127.0.0.1:0\", limits: {header-time: 6s}}\n"
                              "observe: {listen: \"127.0.0.1:0\", log: {level: info}}\nthreads: 2\n"
                              "provider: {library: memory}\n"};
    lorises slow{host.device_address(), loris_count, "GET / HTTP/1.1\r\nX: ", 'x'};
    serve_others({host.device_address(), {}, {}, {}}, [&slow] { slow.drip(50); });
    CHECK(slow.are_all_closed());
    CHECK(host.stop().exit_code == 0);
}
