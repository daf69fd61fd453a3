// The one table from a failure to HTTP, and the shape of every error body.
#pragma once

#include "http/message.hpp"
#include "model/problem.hpp"

#include <string_view>

namespace edgeconf::api {

// `{"message": "..."}` as application/json, the only error body that Flotta's client decodes.
http::response error(unsigned status, std::string_view message);

// 200 with a JSON body, or with none.
http::response ok(std::string body = {});

// What the client of the device API learns of `why`: the status, a sentence that names no internals,
// and when to try again. Only errc::invalid passes its detail on, for that speaks of the client's own
// request.
http::response failure(const problem& why);

// The same for an administrator, who may know more: the detail is told as it is.
http::response full_failure(const problem& why);

} // namespace edgeconf::api
