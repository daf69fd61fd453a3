// Which checks are run, in which order, and what their results come to.
#pragma once

#include "check/catalogue.hpp"
#include "check/quirks.hpp"
#include "check/stop_signals.hpp"
#include "check/subject.hpp"
#include "check/trial.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <regex>
#include <string>
#include <vector>

namespace edgeconf::check {

struct selection {
    std::optional<std::regex> only; // ids that match a part of it
    std::optional<std::regex> skip;
    quirks declared;
    bool in_process = false;      // without fork, for a debugger; the first crash ends it
    stop_signals* stop = nullptr; // ends the run, also in the middle of a check; not with in_process
};

struct checked {
    const check* what = nullptr;
    outcome result;
    std::chrono::milliseconds took{0};
};

// Runs the selected checks, and those that they need, one after the other. `told` hears of each as it ends,
// and ends the run where it answers false. Those that a signal has kept from their end are not among the
// results.
std::vector<checked> run_checks(const subject& about, const selection& chosen,
                                const std::function<bool(const checked&)>& told);

} // namespace edgeconf::check
