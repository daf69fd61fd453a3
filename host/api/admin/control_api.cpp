#include "api/admin/control_api.hpp"

#include "api/respond.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <boost/url/url_view.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <utility>

namespace edgeconf::api::admin {
namespace {

namespace json = boost::json;

std::optional<observe::level> level_named(std::string_view word) {
    if (word == "trace") return observe::level::trace;
    if (word == "debug") return observe::level::debug;
    if (word == "info") return observe::level::info;
    if (word == "warn") return observe::level::warn;
    if (word == "error") return observe::level::error;
    return std::nullopt;
}

struct provider_path {
    std::string_view path;
    std::string_view method;
    administration verb;
};

constexpr std::array provider_paths{
    provider_path{"/host/v1/provider/accept-removals", "POST", administration::accept_removals},
    provider_path{"/host/v1/provider/export", "GET", administration::export_bundle},
    provider_path{"/host/v1/provider/import", "POST", administration::import_bundle},
};

// The query's `page`, decoded; empty if there is none.
std::string page_in(const boost::urls::url_view& target) {
    const auto params = target.params();
    const auto found = params.find("page");
    return found == params.end() ? std::string{} : (*found).value;
}

http::response wrong_method(std::string_view allow) {
    auto made = error(405, "this path does not take that method");
    made.allow = allow;
    return made;
}

} // namespace

http::awaitable<http::response> control_api::handle(http::request& r) {
    if (!r.from.admitted) co_return error(403, "only root and the user that runs edgeconf may administer it");
    const auto target = boost::urls::parse_origin_form({r.target.data(), r.target.size()});
    if (!target) co_return error(400, "the request target is not a valid path");
    const std::string path{target->encoded_path()};
    for (const auto& known : provider_paths) {
        if (path != known.path) continue;
        if (r.method != known.method) co_return wrong_method(known.method);
        co_return co_await administer(r, known.verb, page_in(*target));
    }
    if (path == "/host/v1/fuse") co_return r.method == "GET" ? fuse_state() : wrong_method("GET");
    if (path == "/host/v1/fuse/release")
        co_return r.method == "POST" ? release_fuse(r) : wrong_method("POST");
    if (path == "/host/v1/log-level") co_return r.method == "PUT" ? change_log_level(r) : wrong_method("PUT");
    if (path == "/host/v1/reload") {
        if (r.method != "POST") co_return wrong_method("POST");
        co_return co_await reload(r);
    }
    co_return error(404, "no such path: there are /host/v1/fuse, /host/v1/fuse/release, /host/v1/log-level, "
                         "/host/v1/reload and, below /host/v1/provider, accept-removals, export and import");
}

http::response control_api::refuse(unsigned status, std::string_view reason) { return error(status, reason); }

http::response control_api::fuse_state() {
    const auto state = with_.fuse.look(std::chrono::steady_clock::now());
    const json::value body{{"blown", state.blown},
                           {"told", state.told},
                           {"seen", state.seen},
                           {"limit", state.limit},
                           {"withheld", state.withheld}};
    return ok(json::serialize(body));
}

http::response control_api::release_fuse(const http::request& r) {
    with_.fuse.release();
    with_.log.warn("the fuse was released", {{"by", r.from.name}});
    return fuse_state();
}

http::response control_api::change_log_level(const http::request& r) {
    boost::system::error_code ec;
    const auto body = json::parse(r.body, ec);
    const auto* given = !ec && body.is_object() ? body.get_object().if_contains("level") : nullptr;
    const auto level =
        given != nullptr && given->is_string() ? level_named(given->get_string()) : std::nullopt;
    if (!level) return error(400, R"(write {"level": "trace"}, or debug, info, warn, error)");
    with_.log.set_level(*level);
    with_.log.warn("the log level was changed",
                   {{"level", std::string{given->get_string()}}, {"by", r.from.name}});
    return ok("{}");
}

http::awaitable<http::response> control_api::reload(http::request& r) {
    with_.log.info("a reload was asked for", {{"by", r.from.name}});
    const auto reasons = co_await with_.reload();
    if (reasons.empty()) co_return ok("{}");
    std::string all;
    for (const auto& reason : reasons) all += (all.empty() ? "" : "\n") + reason;
    co_return error(409, all);
}

http::awaitable<http::response> control_api::administer(http::request& r, administration verb,
                                                        std::string page) {
    if (verb == administration::accept_removals) page.clear(); // it has none
    const bool imports = verb == administration::import_bundle;
    if (page.size() > longest_page_token) co_return error(400, "this page is none of the provider's");
    if (imports && page.empty() && r.body.empty()) co_return error(400, "there is nothing to import");

    const bool begins = page.empty();
    const bool brings = imports && !r.body.empty();
    administration_call asked{verb, {}, std::move(page), r.from.name};
    const auto told = asked;
    if (imports) asked.body = std::move(r.body);
    auto answered = co_await with_.administer(std::move(asked));
    if (answered && brings && begins && answered->page_token.empty())
        answered = problem{errc::internal, "the provider began no upload: its answer has no token"};
    if (!answered) {
        tell(told, answered.error().detail, false);
        co_return full_failure(answered.error());
    }
    // An upload keeps its token to its end.
    const auto& next = brings && !begins ? told.page_token : answered->page_token;
    const bool goes_on = brings || (verb == administration::export_bundle && !next.empty());
    tell(told, goes_on ? "it goes on" : "done", goes_on && !begins);
    auto made = ok(std::move(answered->body));
    if (verb == administration::export_bundle) made.content_type = "application/jsonl";
    if (goes_on) made.next_page = boost::urls::encode(next, boost::urls::unreserved_chars);
    co_return made;
}

void control_api::tell(const administration_call& asked, std::string_view outcome, bool is_step) {
    const auto level = is_step ? observe::level::debug : observe::level::info;
    const std::array<observe::field, 3> fields{{{"verb", std::string{name(asked.verb)}},
                                                {"by", asked.principal},
                                                {"outcome", std::string{outcome}}}};
    with_.log.write(level, "an administrator asked the provider", fields);
}

} // namespace edgeconf::api::admin
