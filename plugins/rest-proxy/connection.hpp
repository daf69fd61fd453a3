// One connection to an upstream, for one call after the other.
#pragma once

#include "rest-proxy/asio.hpp"
#include "rest-proxy/settings.hpp"
#include "rest-proxy/upstream_answer.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace edgeconf::rest_proxy {

using clock = std::chrono::steady_clock;
using http_request = boost::beast::http::request<boost::beast::http::string_body>;

// How a call over it has ended.
struct exchange {
    std::optional<upstream_answer> answer; // whole
    error_code failure;                    // where there is none
    bool began_answer = false;             // a part of one had come
    bool timed_out = false;
};

// Belongs to one executor's thread. Destroying it closes it.
class connection {
public:
    virtual ~connection() = default;

    // Sends the request and reads the answer, at most `most_bytes` of body. After a failure, and where the
    // upstream wants it so, the connection is not used again.
    virtual awaitable<exchange> make(const http_request& request, std::size_t most_bytes,
                                     clock::time_point until) = 0;

    virtual bool is_usable() const = 0; // also: the upstream has not closed it meanwhile
    virtual void close() = 0;

    clock::time_point opened{};
    clock::time_point used{};
};

struct connect_result {
    std::unique_ptr<connection> made;
    std::string problem; // in words, where there is none
    bool timed_out = false;
};

// `addresses` are tried in turn; empty for a Unix socket. `tls` is null without TLS.
awaitable<connect_result> connect(const upstream_settings& to,
                                  const asio::ip::tcp::resolver::results_type& addresses,
                                  std::shared_ptr<asio::ssl::context> tls, clock::time_point until);

} // namespace edgeconf::rest_proxy
