#include "cli/outcome.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cstdio>
#include <exception>
#include <sstream>
#include <string>

namespace edgeconf::cli {
namespace {

namespace json = boost::json;

// The `message` of an error body, or the body itself.
std::string reasons_in(const admin_reply& reply) {
    boost::system::error_code ec;
    const auto body = json::parse(reply.body, ec);
    const auto* message = !ec && body.is_object() ? body.get_object().if_contains("message") : nullptr;
    return message != nullptr && message->is_string() ? std::string{message->get_string()} : reply.body;
}

} // namespace

int refused(std::string_view where, const admin_reply& reply) {
    std::istringstream reasons{reasons_in(reply)};
    const std::string in_front{where};
    for (std::string line; std::getline(reasons, line);)
        std::fprintf(stderr, "edgeconf: %s: %s\n", in_front.c_str(), line.c_str());
    return 1;
}

void tell_done(const admin_reply& reply, void (*print)(const json::value&)) {
    try {
        print(json::parse(reply.body));
    } catch (const std::exception&) {
        std::printf("done: %s\n", reply.body.c_str());
    }
}

} // namespace edgeconf::cli
