#include "cli/admin_verbs.hpp"

#include "cli/admin_client.hpp"
#include "cli/outcome.hpp"
#include "cli/transfer.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstdio>

namespace edgeconf::cli {
namespace {

namespace json = boost::json;

admin_reply ask(const command& what) {
    switch (what.what) {
    case verb::fuse_status: return ask_host(what.socket, {"GET", "/host/v1/fuse"});
    case verb::fuse_release: return ask_host(what.socket, {"POST", "/host/v1/fuse/release"});
    case verb::reload: {
        admin_request reload{"POST", "/host/v1/reload"};
        reload.patient = true;
        return ask_host(what.socket, reload);
    }
    case verb::accept_removals: {
        admin_request accept{"POST", "/host/v1/provider/accept-removals"};
        accept.patient = true;
        return ask_host(what.socket, accept);
    }
    case verb::log_level: {
        const json::value body{{"level", what.argument}};
        return ask_host(what.socket, {"PUT", "/host/v1/log-level", json::serialize(body)});
    }
    default: return {0, "this verb does not ask a running host", {}};
    }
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

void print_removals(const json::value& done) {
    std::printf("taken over: %lu new or changed, %lu removed\n", done.at("put").to_number<std::uint64_t>(),
                done.at("removed").to_number<std::uint64_t>());
}

} // namespace

int run_admin_verb(const command& what) {
    if (what.what == verb::export_bundle) return export_to(what.socket, what.argument);
    if (what.what == verb::import_bundle) return import_from(what.socket, what.argument);
    const auto reply = ask(what);
    if (reply.status != 200) return refused(what.socket.string(), reply);
    if (what.what == verb::fuse_status || what.what == verb::fuse_release) print_fuse(reply.body);
    if (what.what == verb::accept_removals) tell_done(reply, print_removals);
    return 0;
}

} // namespace edgeconf::cli
