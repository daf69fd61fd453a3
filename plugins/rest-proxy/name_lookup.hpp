// The addresses behind a name, looked up by the system, which may take as long as it likes.
#pragma once

#include "rest-proxy/asio.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <list>
#include <memory>
#include <string>

namespace edgeconf::rest_proxy {

// getaddrinfo cannot be interrupted, and Asio's resolver waits for it at its end: a name server that is
// silent would keep a reload or a stop waiting. Here each lookup has a thread of its own, one at a time, that
// nobody waits for. Belongs to one executor's thread; destroying it leaves a lookup to itself.
class name_lookup {
public:
    using addresses = asio::ip::tcp::resolver::results_type;

    name_lookup(asio::io_context& on, std::string host, std::string port);
    ~name_lookup();
    name_lookup(const name_lookup&) = delete;
    name_lookup& operator=(const name_lookup&) = delete;

    // What is known. Looks again where that is some seconds old, and waits, no longer than `until`, only
    // where there is nothing to go on with; empty then, and why in `wrong`.
    awaitable<addresses> find(std::chrono::steady_clock::time_point until, std::string& wrong);

    // Whoever waits, waits no more.
    void cancel();

private:
    struct shared;
    void begin();
    void arrived(const error_code& ec, addresses found);

    asio::io_context& on_;
    const std::string host_;
    const std::string port_;
    addresses known_;
    error_code failure_;
    std::chrono::steady_clock::time_point asked_{};
    bool looking_ = false;
    std::list<asio::steady_timer*> waiting_;
    std::shared_ptr<shared> shared_;
};

} // namespace edgeconf::rest_proxy
