#include "io_thread.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace edgeconf {

namespace asio = boost::asio;

io_thread::io_thread(const io_thread_options& options, const changeable_options& first,
                     http::bound_socket socket)
    : work_{context_.get_executor()}, ops_{provider::op_table::claim(context_)},
      api_{{first.provider, *ops_, options.log, options.metrics, options.removals, first.ignore_heartbeats}},
      listener_{context_,
                std::move(socket),
                options.listen,
                {api_, first.limits, options.tls, first.admitted_names, options.log, &options.metrics},
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

void io_thread::change(changeable_options next, std::function<void()> done) {
    asio::post(context_, [this, next = std::move(next), told = std::move(done)]() mutable {
        api_.change(std::move(next.provider), next.ignore_heartbeats);
        listener_.change(next.limits, std::move(next.admitted_names));
        told();
    });
}

void io_thread::join() {
    if (thread_.joinable()) thread_.join();
}

} // namespace edgeconf
