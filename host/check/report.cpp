#include "check/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace edgeconf::check {
namespace {

std::size_t count(const std::vector<checked>& all, verdict v) {
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [v](const checked& c) { return c.result.what == v; }));
}

// Continuation lines as far in as the first.
std::string indented(std::string_view text, std::size_t by) {
    std::string made;
    for (const char c : text) {
        made += c;
        if (c == '\n') made.append(by, ' ');
    }
    return made;
}

// An id as a pattern that nothing else matches.
std::string pattern_of(std::string_view id) {
    std::string made{"^"};
    for (const char c : id) made += c == '.' ? std::string{"\\."} : std::string{c};
    return made + "$";
}

void tell_fault(const checked& c, std::string_view command, std::string& text) {
    auto out = std::back_inserter(text);
    fmt::format_to(out, "\nFAILED {}\n", c.what->id);
    for (const auto& fault : c.result.faults) fmt::format_to(out, "    - {}\n", indented(fault, 6));
    for (const auto& note : c.result.notes) fmt::format_to(out, "    note   {}\n", indented(note, 11));
    fmt::format_to(out, "    due    {}\n", c.what->what);
    fmt::format_to(out, "    why    {}\n",
                   c.result.crashed ? "In a host that is the end of the process, for all devices."
                                    : c.what->why);
    fmt::format_to(out, "    see    {}\n", c.what->where);
    fmt::format_to(out, "    again  {} --only '{}'\n", command, pattern_of(c.what->id));
}

void tell_others(const std::vector<checked>& all, verdict v, std::string_view heading, std::string& text) {
    if (count(all, v) == 0) return;
    auto out = std::back_inserter(text);
    fmt::format_to(out, "\n{}\n", heading);
    for (const auto& c : all)
        if (c.result.what == v) {
            fmt::format_to(out, "    {:<34} {}\n", c.what->id, indented(c.result.reason, 39));
            for (const auto& fault : c.result.faults)
                fmt::format_to(out, "{:39}- {}\n", "", indented(fault, 41));
        }
}

// How many checks each failed one keeps from being run, in its words.
void tell_roots(const std::vector<checked>& all, std::string& text) {
    if (count(all, verdict::blocked) == 0) return;
    text += '\n';
    for (const auto& root : all) {
        const auto kept = std::count_if(all.begin(), all.end(), [&](const checked& c) {
            return c.result.what == verdict::blocked && c.result.reason == root.what->id;
        });
        if (kept != 0)
            fmt::format_to(std::back_inserter(text), "{} {} {}; -v lists {}\n", kept,
                           kept == 1 ? "check needs" : "checks need", root.what->id,
                           kept == 1 ? "it" : "them");
    }
}

} // namespace

bool write(std::FILE* to, const std::string& text) {
    std::fputs(text.c_str(), to);
    return std::fflush(to) == 0 && std::ferror(to) == 0;
}

bool progress::tell(const checked& done) const {
    std::string text;
    auto out = std::back_inserter(text);
    if (every_ || (done.result.what != verdict::passed && done.result.what != verdict::blocked)) {
        fmt::format_to(out, "{:<8} {}", name(done.result.what), done.what->id);
        if (every_) fmt::format_to(out, "  ({} ms)", done.took.count());
        text += '\n';
    }
    if (every_)
        for (const auto& note : done.result.notes) fmt::format_to(out, "         {}\n", indented(note, 9));
    return write(to_, text);
}

std::string summary(const std::vector<checked>& all, std::string_view command, bool every) {
    std::string text;
    for (const auto& c : all)
        if (c.result.what == verdict::failed) tell_fault(c, command, text);
    if (every)
        tell_others(all, verdict::blocked, "not run, because this has failed:", text);
    else
        tell_roots(all, text);
    tell_others(all, verdict::waived, "failed as its vendor declares:", text);
    tell_others(all, verdict::skipped, "not checked:", text);
    fmt::format_to(std::back_inserter(text),
                   "\n{} passed, {} failed, {} not run, {} waived, {} not checked\n",
                   count(all, verdict::passed), count(all, verdict::failed), count(all, verdict::blocked),
                   count(all, verdict::waived), count(all, verdict::skipped));
    return text;
}

bool was_anything_run(const std::vector<checked>& all) {
    return count(all, verdict::skipped) + count(all, verdict::blocked) != all.size();
}

bool is_sound(const std::vector<checked>& all) {
    return count(all, verdict::failed) == 0 && was_anything_run(all);
}

} // namespace edgeconf::check
