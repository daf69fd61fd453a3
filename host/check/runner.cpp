#include "check/runner.hpp"

#include "check/back_end.hpp"
#include "check/child.hpp"
#include "check/received.hpp"
#include "check/scratch_folder.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace edgeconf::check {
namespace {

// Of the checks so far. A blocked one names the failed one behind it all.
struct standing {
    verdict what = verdict::passed;
    std::string_view root;
};
using results = std::map<std::string_view, standing>;

// The same for one check, whichever others are run.
std::uint64_t seed_for(const check& c, std::uint64_t seed) {
    std::uint64_t hash = 0xcbf29ce484222325; // FNV-1a
    for (const char letter : c.id) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3;
    return hash ^ seed;
}

class collector final : public finding_sink {
public:
    explicit collector(outcome& into) : into_{into} {}
    void fault(std::string_view text) override { into_.faults.emplace_back(text); }
    void note(std::string_view text) override { into_.notes.emplace_back(text); }

private:
    outcome& into_;
};

child_report run_in_process(const check& c, const subject& about, std::uint64_t seed) {
    child_report made;
    const scratch_folder scratch;
    back_end_guard guard{about, scratch.path()};
    std::optional<back_end_watcher> watcher;
    if (has_breakable_back_end(about)) watcher.emplace(guard);
    const auto began = std::chrono::steady_clock::now();
    collector sink{made.result};
    trial in{about, scratch.path(), seed, sink};
    const auto ended = run_here(c, in);
    made.result.what = ended.what;
    made.result.reason = ended.reason;
    if (auto wrong = guard.bring_back(); !wrong.empty()) {
        made.result.what = verdict::failed;
        made.result.faults.push_back(std::move(wrong));
    }
    made.took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    return made;
}

// The id of the failed check for which `c` cannot be run; empty if there is none.
std::string_view obstacle(const check& c, const results& so_far) {
    for (const auto id : c.needs) {
        const auto found = so_far.find(id);
        if (found == so_far.end()) continue;
        if (found->second.what == verdict::failed) return id;
        if (found->second.what == verdict::blocked) return found->second.root;
    }
    return {};
}

// A check comes after those that it needs, which a later group may hold; the one that judges what the others
// have printed after all of them.
void line_up(const check& c, std::set<std::string_view>& seen, std::vector<const check*>& in_order) {
    if (!seen.insert(c.id).second) return;
    for (const auto id : c.needs)
        if (const auto* needed = find_check(id)) line_up(*needed, seen, in_order);
    if (c.id == silent_streams)
        for (const auto& g : catalogue())
            for (const auto& other : g.checks) line_up(other, seen, in_order);
    in_order.push_back(&c);
}

bool matches(const std::optional<std::regex>& pattern, std::string_view id) {
    return pattern && std::regex_search(id.begin(), id.end(), *pattern);
}

std::vector<const check*> chosen_checks(const selection& chosen) {
    std::set<std::string_view> seen;
    std::vector<const check*> in_order;
    for (const auto& g : catalogue())
        for (const auto& c : g.checks)
            if (!chosen.only || matches(chosen.only, c.id)) line_up(c, seen, in_order);
    return in_order;
}

std::string first_line(std::string_view text) { return std::string{text.substr(0, text.find('\n'))}; }

// The texts by the checks in which they were printed.
outcome judge_streams(const std::map<std::string_view, std::string>& printed) {
    constexpr std::size_t most = 5;
    outcome made;
    for (const auto& [id, text] : printed) {
        if (made.faults.size() == most) {
            made.notes.push_back(fmt::format("so it was during {} checks", printed.size()));
            break;
        }
        made.faults.push_back(fmt::format("during {}: \"{}\"", id, legible(first_line(text))));
    }
    if (!printed.empty()) made.what = verdict::failed;
    return made;
}

void excuse(outcome& result, const check& c, const quirks& declared) {
    const auto quirk = declared.find(c.id);
    if (quirk == declared.end()) return;
    if (result.what == verdict::failed && result.crashed && !quirk->second.crash) {
        result.notes.emplace_back("a quirk is declared for it, which waives no crash, exit or hang");
    } else if (result.what == verdict::failed) {
        result.what = verdict::waived;
        result.reason = quirk->second.reason;
    } else if (result.what == verdict::passed) {
        result.notes.emplace_back("a quirk is declared for it and not needed: take it out");
    }
}

} // namespace

std::vector<checked> run_checks(const subject& about, const selection& chosen,
                                const std::function<bool(const checked&)>& told) {
    std::vector<checked> all;
    results so_far;
    std::map<std::string_view, std::string> printed;
    for (const auto* next : chosen_checks(chosen)) {
        if (chosen.stop != nullptr && chosen.stop->came() != 0) break;
        const auto& c = *next;
        checked done{&c, {}, {}};
        if (matches(chosen.skip, c.id)) {
            done.result = {verdict::skipped, {}, {}, "left out with --skip"};
        } else if (const auto root = obstacle(c, so_far); !root.empty()) {
            done.result = {verdict::blocked, {}, {}, std::string{root}};
            so_far[c.id].root = root;
        } else if (c.id == silent_streams && chosen.in_process) {
            done.result = {verdict::skipped, {}, {}, "with --in-process nobody sees what is printed"};
        } else if (c.id == silent_streams) {
            done.result = judge_streams(printed);
        } else {
            const auto seed = seed_for(c, about.seed);
            auto report = chosen.in_process ? run_in_process(c, about, seed)
                                            : run_in_child(c, about, seed, chosen.stop);
            if (report.stopped) break;
            done.result = std::move(report.result);
            done.took = report.took;
            // What is printed in a crash is the crash's.
            if (!report.printed.empty()) {
                if (done.result.what == verdict::failed)
                    done.result.notes.push_back("it printed: " + legible(report.printed));
                else
                    printed.emplace(c.id, std::move(report.printed));
            }
        }
        excuse(done.result, c, chosen.declared);
        so_far[c.id].what = done.result.what;
        const bool is_heard = told(done);
        all.push_back(std::move(done));
        if (!is_heard) break;
    }
    return all;
}

} // namespace edgeconf::check
