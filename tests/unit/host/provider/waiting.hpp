// Coroutines for tests: functions with parameters, for a lambda's captures would not outlive its call.
#pragma once

#include "support/catch.hpp"

#include "provider/op_table.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <optional>
#include <utility>

template <class T>
edgeconf::provider::awaitable<void> put(edgeconf::provider::awaitable<T> from, std::optional<T>& into) {
    into.emplace(co_await std::move(from));
}

// Begins `what` on `context`; its result appears in `into` while the context runs.
template <class T>
void spawn(boost::asio::io_context& context, edgeconf::provider::awaitable<T> what, std::optional<T>& into) {
    boost::asio::co_spawn(context, put(std::move(what), into), boost::asio::detached);
}

// Runs `context` until it has no more to do.
inline void run_all(boost::asio::io_context& context) {
    context.restart();
    context.run();
}

// Runs `what` to its end.
template <class T>
T run(boost::asio::io_context& context, edgeconf::provider::awaitable<T> what) {
    std::optional<T> got;
    spawn(context, std::move(what), got);
    run_all(context);
    REQUIRE(got.has_value());
    return std::move(*got);
}
