#include "fleet/finding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace edgeconf::fleet {

void findings::error(std::string text) { add(severity::error, std::move(text), errors_); }
void findings::warn(std::string text) { add(severity::warning, std::move(text), warnings_); }

void findings::add(severity level, std::string text, std::size_t& count) {
    ++reported_;
    const bool repeated = std::any_of(kept_.begin(), kept_.end(), [&](const finding& each) {
        return each.level == level && each.text == text;
    });
    if (repeated || count++ >= limit) return;
    kept_.push_back({level, std::move(text)});
}

std::vector<finding> findings::all() const {
    auto listed = kept_;
    if (errors_ > limit)
        listed.push_back({severity::error, fmt::format("and {} more errors", errors_ - limit)});
    if (warnings_ > limit) {
        listed.push_back({severity::warning, fmt::format("and {} more warnings", warnings_ - limit)});
    }
    return listed;
}

} // namespace edgeconf::fleet
