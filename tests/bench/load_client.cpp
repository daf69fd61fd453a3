#include "bench/load_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <variant>

namespace edgeconf::bench {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using clock = std::chrono::steady_clock;

tcp::endpoint endpoint_of(const std::string& address) {
    const auto colon = address.rfind(':');
    return {asio::ip::make_address(address.substr(0, colon)),
            static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)))};
}

using plain = tcp::socket;
using secured = asio::ssl::stream<tcp::socket>;

struct connection {
    std::variant<plain, secured> stream;
    boost::beast::flat_buffer received{};
};

template <class Stream>
asio::awaitable<bool> ask(Stream& stream, boost::beast::flat_buffer& received, const std::string& request) {
    co_await asio::async_write(stream, asio::buffer(request), asio::use_awaitable);
    http::response<http::string_body> answer;
    co_await http::async_read(stream, received, answer, asio::use_awaitable);
    co_return answer.result_int() / 100 == 2;
}

asio::awaitable<bool> ask(connection& with, const std::string& request) {
    if (auto* const open = std::get_if<plain>(&with.stream)) {
        co_return co_await ask(*open, with.received, request);
    }
    co_return co_await ask(std::get<secured>(with.stream), with.received, request);
}

void rethrow(const std::exception_ptr& problem) {
    if (problem) std::rethrow_exception(problem);
}

} // namespace

float load_result::percentile(double of) const {
    if (milliseconds.empty()) return 0;
    return milliseconds[static_cast<std::size_t>(of * static_cast<double>(milliseconds.size() - 1))];
}

struct load_client::state {
    asio::io_context io{1};
    std::optional<asio::ssl::context> tls;
    std::vector<connection> open;

    // What one connection sends; `self` of them all.
    asio::awaitable<void> send(std::size_t self, const load& what, clock::time_point begin,
                               load_result& into) {
        asio::steady_timer timer{io};
        std::string request;
        const bool paced = what.rate > 0;
        for (std::size_t turn = 0;; ++turn) {
            auto due = clock::now();
            if (paced) {
                const auto place = static_cast<double>(turn * open.size() + self);
                due = begin + std::chrono::duration_cast<clock::duration>(duration{place / what.rate});
            }
            if (what.lasts.count() > 0 && due - begin >= what.lasts) break;
            if (!what.next(self, request)) break;
            if (due > clock::now()) {
                timer.expires_at(due);
                co_await timer.async_wait(asio::use_awaitable);
            }
            const bool good = co_await ask(open[self], request);
            into.milliseconds.push_back(std::chrono::duration<float, std::milli>(clock::now() - due).count());
            ++into.answered;
            into.refused += good ? 0 : 1;
        }
    }

    void run_all() {
        io.restart();
        io.run();
    }
};

load_client::load_client(const test::target& to, std::size_t connections)
    : all_{std::make_unique<load_client::state>()} {
    if (to.server_ca) {
        auto& tls = all_->tls.emplace(asio::ssl::context::tls_client);
        tls.load_verify_file(*to.server_ca);
        tls.set_verify_mode(asio::ssl::verify_peer);
        if (to.self) {
            tls.use_certificate_chain_file(to.self->certificate);
            tls.use_private_key_file(to.self->key, asio::ssl::context::pem);
        }
    }
    const auto endpoint = endpoint_of(to.address);
    for (std::size_t i = 0; i < connections; ++i) {
        tcp::socket socket{all_->io};
        socket.connect(endpoint);
        socket.set_option(tcp::no_delay{true});
        if (!all_->tls) {
            all_->open.push_back({std::move(socket)});
            continue;
        }
        secured stream{std::move(socket), *all_->tls};
        stream.handshake(asio::ssl::stream_base::client);
        all_->open.push_back({std::move(stream)});
    }
}

load_client::~load_client() = default;

load_result load_client::run(const load& what) {
    load_result made;
    const auto begin = clock::now();
    for (std::size_t i = 0; i < all_->open.size(); ++i) {
        asio::co_spawn(all_->io, all_->send(i, what, begin, made), rethrow);
    }
    all_->run_all();
    made.wall = clock::now() - begin;
    std::sort(made.milliseconds.begin(), made.milliseconds.end());
    return made;
}

} // namespace edgeconf::bench
