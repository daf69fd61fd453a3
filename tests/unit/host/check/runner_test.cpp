#include "check/report.hpp"
#include "check/runner.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace edgeconf::check;
using Catch::Contains;

namespace {

subject provider(const std::string& name) {
    subject about;
    about.library = std::string{FAULTY_PROVIDERS} + "/" + name + ".so";
    about.devices = {"camera-1"};
    about.seed = 7;
    about.patience = std::chrono::duration<double>{0.5};
    return about;
}

selection only(const std::string& pattern) {
    selection chosen;
    chosen.only = std::regex{pattern};
    return chosen;
}

std::map<std::string_view, outcome> by_id(const std::vector<checked>& all) {
    std::map<std::string_view, outcome> made;
    for (const auto& c : all) made.emplace(c.what->id, c.result);
    return made;
}

std::vector<checked> run_quietly(const subject& about, const selection& chosen) {
    return run_checks(about, chosen, [](const checked&) { return true; });
}

} // namespace

TEST_CASE("runner: the catalogue is one that it can run") {
    std::set<std::string_view> ids;
    for (const auto& g : catalogue())
        for (const auto& c : g.checks) {
            INFO(c.id);
            CHECK(ids.insert(c.id).second);
            CHECK(c.id.substr(0, c.id.find('.')) == g.name);
            CHECK((c.run != nullptr) == (c.id != silent_streams));
            for (const auto words : {c.what, c.why, c.where}) CHECK_FALSE(words.empty());
            CHECK(c.what.back() == '.');
            for (const auto id : c.needs) {
                INFO(id);
                CHECK(find_check(id) != nullptr);
            }
        }
    CHECK(find_check("load") == nullptr);
}

TEST_CASE("runner: a check comes after those that it needs, and they come with it") {
    std::vector<std::string_view> told;
    const auto all = run_checks(provider("serves_a_fleet"), only("^domain\\.stable$"), [&](const checked& c) {
        told.push_back(c.what->id);
        return true;
    });
    REQUIRE(told.size() == all.size());
    CHECK(told.back() == "domain.stable");
    std::set<std::string_view> before;
    for (const auto& c : all) {
        for (const auto id : c.what->needs) CHECK(before.contains(id));
        before.insert(c.what->id);
        INFO(c.what->id << ": " << c.result.reason);
        CHECK((c.result.what == verdict::passed || c.result.what == verdict::skipped));
    }
    CHECK(before.contains("domain.configuration"));
    CHECK_FALSE(before.contains("domain.playbooks"));
    CHECK(is_sound(all));
}

TEST_CASE("runner: what needs a failed check is not run, and names the first that failed") {
    const auto all = run_quietly(provider("never_stops"), only("^domain\\.stable$"));
    const auto results = by_id(all);
    CHECK(results.at("life.stops").what == verdict::failed);
    for (const auto* id : {"completion.once", "completion.text", "domain.own-writes", "domain.stable"}) {
        INFO(id);
        CHECK(results.at(id).what == verdict::blocked);
        CHECK(results.at(id).reason == "life.stops");
    }
    CHECK_FALSE(is_sound(all));
}

TEST_CASE("runner: a failure that a quirk declares is waived, and stops nobody") {
    auto chosen = only("^domain\\.heartbeat$");
    chosen.declared = {{"domain.stable", {"lists come in any order"}},
                       {"domain.configuration", {"for no reason"}}};
    const auto all = run_quietly(provider("restless"), chosen);
    const auto results = by_id(all);
    CHECK(results.at("domain.stable").what == verdict::waived);
    CHECK(results.at("domain.stable").reason == "lists come in any order");
    CHECK(results.at("domain.configuration").what == verdict::passed);
    REQUIRE(results.at("domain.configuration").notes.size() == 1);
    CHECK_THAT(results.at("domain.configuration").notes.front(), Contains("not needed"));
    CHECK(results.at("domain.heartbeat").what == verdict::failed); // its own business now
}

TEST_CASE("runner: a quirk waives a crash, an exit or a hang only where it says so") {
    const bool crash = GENERATE(false, true);
    auto chosen = only("^life\\.starts$");
    chosen.declared = {{"life.starts", {"slow", crash}}};
    const auto results = by_id(run_quietly(provider("hangs_in_create"), chosen));
    const auto& result = results.at("life.starts");
    CHECK(result.crashed);
    CHECK(result.what == (crash ? verdict::waived : verdict::failed));
    REQUIRE_FALSE(result.faults.empty());
    CHECK_THAT(result.faults.front(), Contains("it was in create"));
}

TEST_CASE("runner: what is left out is not checked, and stops nobody") {
    auto chosen = only("^life\\.stops$");
    chosen.skip = std::regex{"starts$"};
    const auto results = by_id(run_quietly(provider("serves_a_fleet"), chosen));
    CHECK(results.at("life.starts").what == verdict::skipped);
    CHECK(results.at("life.starts").reason == "left out with --skip");
    CHECK(results.at("life.stops").what == verdict::passed);
}

TEST_CASE("runner: a crash and a hang are faults that name the call") {
    const auto [library, words] = GENERATE(table<std::string, std::string>(
        {{"undefined_symbol", "symbol"}, {"hangs_in_create", "it was in create"}}));
    const auto all = run_quietly(provider(library), only("^life\\.starts$"));
    const auto failed = std::find_if(all.begin(), all.end(),
                                     [](const checked& c) { return c.result.what == verdict::failed; });
    REQUIRE(failed != all.end());
    REQUIRE_FALSE(failed->result.faults.empty());
    CHECK_THAT(failed->result.faults.front(), Contains(words));
}

TEST_CASE("runner: a check meets the same random numbers for the same seed, whoever runs beside it") {
    const auto faults = [](const std::string& pattern) {
        return by_id(run_quietly(provider("short_ids"), only(pattern))).at("domain.ids").faults;
    };
    const auto alone = faults("^domain\\.ids$");
    REQUIRE_FALSE(alone.empty());
    CHECK(faults("^domain") == alone);
}

TEST_CASE("runner: it ends where nobody hears of it any more") {
    const auto all =
        run_checks(provider("faultless"), only("^life\\.stops$"), [](const checked&) { return false; });
    CHECK(all.size() == 1);
}

TEST_CASE("runner: nothing that was run is no proof, and what is waived is no fault") {
    const auto all_of = [](std::vector<verdict> verdicts) {
        std::vector<checked> all(verdicts.size());
        for (std::size_t i = 0; i < all.size(); ++i) all[i].result.what = verdicts[i];
        return all;
    };
    CHECK_FALSE(is_sound({}));
    CHECK_FALSE(is_sound(all_of({verdict::skipped})));
    CHECK(is_sound(all_of({verdict::waived})));
    CHECK(is_sound(all_of({verdict::passed, verdict::waived, verdict::skipped})));
    CHECK_FALSE(is_sound(all_of({verdict::passed, verdict::waived, verdict::failed})));
}
