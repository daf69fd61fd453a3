#include "io_thread.hpp"

#include <boost/asio/post.hpp>

#include <csignal>
#include <utility>

namespace edgeconf {

namespace asio = boost::asio;

io_thread::io_thread(const io_thread_options& options, http::bound_socket socket)
    : work_{context_.get_executor()}, ops_{provider::op_table::claim(context_)},
      api_{{options.provider, *ops_, options.log, options.ignore_heartbeats}},
      listener_{context_,
                std::move(socket),
                options.listen,
                {api_, options.limits, options.tls, options.admitted_names, options.log},
                options.connections} {}

void io_thread::start() {
    listener_.start();
    thread_ = std::thread{[this] { context_.run(); }};
}

void io_thread::stop(std::function<void()> drained) {
    asio::post(context_, [this, told = std::move(drained)] {
        listener_.stop([this, told] {
            work_.reset();
            told();
        });
    });
}

void io_thread::abort() {
    asio::post(context_, [this] { listener_.abort(); });
}

void io_thread::join() {
    if (thread_.joinable()) thread_.join();
}

} // namespace edgeconf
