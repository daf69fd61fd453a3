// The one place that chooses Asio's types.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

namespace edgeconf::rest_proxy {

namespace asio = boost::asio;
using boost::system::error_code;

using executor = asio::io_context::executor_type;
template <class T>
using awaitable = asio::awaitable<T, executor>;

// Errors come back as values: an upstream that goes away is no exception.
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<executor>> as_result{};

} // namespace edgeconf::rest_proxy
