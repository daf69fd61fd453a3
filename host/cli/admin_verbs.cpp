#include "cli/admin_verbs.hpp"

#include "cli/admin_client.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstdio>

namespace edgeconf::cli {
namespace {

namespace json = boost::json;

admin_reply ask(const command& what) {
    switch (what.what) {
    case verb::fuse_status: return ask_host(what.socket, "GET", "/host/v1/fuse");
    case verb::fuse_release: return ask_host(what.socket, "POST", "/host/v1/fuse/release");
    case verb::reload: return ask_host(what.socket, "POST", "/host/v1/reload");
    case verb::log_level: {
        const json::value body{{"level", what.argument}};
        return ask_host(what.socket, "PUT", "/host/v1/log-level", json::serialize(body));
    }
    case verb::serve:
    case verb::check_config: break;
    }
    return {0, "this verb does not ask a running host"};
}

// The `message` of an error body, or the body itself.
std::string reason_in(const admin_reply& reply) {
    boost::system::error_code ec;
    const auto body = json::parse(reply.body, ec);
    const auto* message = !ec && body.is_object() ? body.get_object().if_contains("message") : nullptr;
    return message != nullptr && message->is_string() ? std::string{message->get_string()} : reply.body;
}

void print_fuse(const std::string& body) {
    const auto state = json::parse(body);
    const auto number = [&](const char* key) { return state.at(key).to_number<std::uint64_t>(); };
    std::printf("the fuse %s\n", state.at("blown").as_bool()
                                     ? "HAS BLOWN: removed devices are answered 503 until it is released"
                                     : "holds");
    std::printf("told to wipe themselves within the window: %lu of at most %lu\n", number("told"),
                number("limit"));
    std::printf("devices seen in the last hour: about %lu\n", number("seen"));
    if (number("withheld") > 0) std::printf("answers withheld since it blew: %lu\n", number("withheld"));
}

} // namespace

int run_admin_verb(const command& what) {
    const auto reply = ask(what);
    if (reply.status != 200) {
        std::fprintf(stderr, "edgeconf: %s: %s\n", what.socket.c_str(), reason_in(reply).c_str());
        return 1;
    }
    if (what.what == verb::fuse_status || what.what == verb::fuse_release) print_fuse(reply.body);
    return 0;
}

} // namespace edgeconf::cli
