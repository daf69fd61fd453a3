// A response as the bytes of HTTP/1.1.
#pragma once

#include "http/message.hpp"

#include <string>
#include <string_view>

namespace edgeconf::http {

// Replaces `out` by head and body of `r` in one piece: over TLS that is one record and one system
// call, where a serialiser's list of buffers would be one of each for every piece. `head_only`
// leaves the body out, as an answer to HEAD has to. `keep_alive` says what is sent, `http_1_0` that
// the client needs to be told of it.
void write_response(const response& r, bool keep_alive, bool http_1_0, bool head_only, std::string& out);

} // namespace edgeconf::http
