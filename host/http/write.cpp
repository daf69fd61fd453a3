#include "http/write.hpp"

#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

#include <iterator>

namespace edgeconf::http {

void write_response(const response& r, bool keep_alive, bool http_1_0, bool head_only, std::string& out) {
    out.clear();
    out.reserve(256 + r.body.size());
    auto to = std::back_inserter(out);
    const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(r.status));
    fmt::format_to(to, "HTTP/1.1 {} {}\r\n", r.status, std::string_view{reason.data(), reason.size()});
    if (!r.content_type.empty()) fmt::format_to(to, "Content-Type: {}\r\n", r.content_type);
    if (!r.allow.empty()) fmt::format_to(to, "Allow: {}\r\n", r.allow);
    if (r.retry_after.count() > 0) fmt::format_to(to, "Retry-After: {}\r\n", r.retry_after.count());
    if (!r.next_page.empty()) fmt::format_to(to, "Edgeconf-Next-Page: {}\r\n", r.next_page);
    if (!keep_alive)
        out += "Connection: close\r\n";
    else if (http_1_0)
        out += "Connection: keep-alive\r\n";
    fmt::format_to(to, "Content-Length: {}\r\n\r\n", r.body.size());
    if (!head_only) out += r.body;
}

} // namespace edgeconf::http
