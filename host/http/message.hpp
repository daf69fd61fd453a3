// A request and a response as handlers see them: no Beast, no sockets.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace edgeconf::http {

// Who is at the other end of a connection.
struct peer {
    // TLS: its certificate carries an admitted DNS name. Plain HTTP: always, for then only this
    // machine can be there.
    bool admitted = false;
    std::string name; // for the log: the certificate's subject, or the address
};

struct request {
    std::string_view method;       // as sent, "GET"
    std::string_view target;       // as sent
    std::string_view content_type; // empty if absent
    std::string_view trace;        // W3C traceparent, empty if absent or malformed
    std::string body;              // the handler may take it
    const peer& from;
};

struct response {
    unsigned status = 200;
    std::string_view content_type; // a literal; empty without a body
    std::string body;
    std::string_view allow; // a literal; with 405
    std::chrono::seconds retry_after{0};
    std::string next_page; // of a long answer, as the target's query wants it; empty: no more
    bool close = false;    // end the connection after this
};

} // namespace edgeconf::http
