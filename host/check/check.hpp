// One thing that a sound provider does, and how it is found out.
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

namespace edgeconf::check {

class trial;

struct check {
    // "completion.once": the group, then the check. Never changes: reports and quirks name it.
    std::string_view id;
    std::string_view what;  // what a sound provider does, one sentence
    std::string_view why;   // what becomes of a host or a fleet otherwise
    std::string_view where; // what to read: a section of docs/provider-abi.md or of ecp/provider.h
    void (*run)(trial&);
    // Ids of checks without which this one says nothing: where one of them fails, it is not run. A fault
    // is reported once, at its root.
    std::vector<std::string_view> needs{};
    std::chrono::seconds time{30}; // after which it hangs, at the default patience
};

enum class verdict {
    passed,
    failed,
    skipped, // there is nothing to check, or no means to: the reason says which
    blocked, // a check that it needs has failed
    waived,  // failed, and a quirk that the vendor declares says so
};

std::string_view name(verdict v) noexcept;

} // namespace edgeconf::check
