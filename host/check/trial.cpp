#include "check/trial.hpp"

#include "check/received.hpp"

#include <exception>

namespace edgeconf::check {
namespace {

constexpr std::size_t most_faults = 20;
constexpr std::size_t most_notes = 20;
constexpr std::size_t longest_finding = 4096;

// A provider's words may be in it, and as many as it likes.
std::string fit(std::string_view text) {
    const bool is_long = text.size() > longest_finding;
    return legible(text.substr(0, longest_finding)) + (is_long ? "..." : "");
}

} // namespace

std::string_view name(verdict v) noexcept {
    switch (v) {
    case verdict::passed: return "passed";
    case verdict::failed: return "failed";
    case verdict::skipped: return "skipped";
    case verdict::blocked: return "not run";
    case verdict::waived: return "waived";
    }
    return "unknown";
}

bool trial::has_failed() const {
    const std::lock_guard lock{mutex_};
    return faults_ != 0;
}

void trial::tell_fault(const std::string& text) {
    const std::lock_guard lock{mutex_};
    if (++faults_ > most_faults) return;
    sink_.fault(fit(text) + (faults_ == most_faults ? " (what comes after this is not written down)" : ""));
}

void trial::tell_note(const std::string& text) {
    const std::lock_guard lock{mutex_};
    if (++notes_ <= most_notes) sink_.note(fit(text));
}

outcome run_here(const check& c, trial& in) {
    outcome made;
    try {
        c.run(in);
    } catch (const given_up&) {
    } catch (const skipped& s) {
        if (!in.has_failed()) {
            made.what = verdict::skipped;
            made.reason = fit(s.reason);
            return made;
        }
    } catch (const std::exception& e) {
        in.fail("the check itself failed: {}", e.what());
    }
    if (in.has_failed()) made.what = verdict::failed;
    return made;
}

} // namespace edgeconf::check
