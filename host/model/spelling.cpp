#include "model/spelling.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace edgeconf {
namespace {

// How many letters have to change to get from one to the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

} // namespace

std::string nearest_word(std::string_view wrong, const std::set<std::string, std::less<>>& known) {
    std::string best;
    auto best_distance = std::max<std::size_t>(2, wrong.size() / 3) + 1;
    for (const auto& candidate : known) {
        const auto longer = std::max(wrong.size(), candidate.size());
        const auto shorter = std::min(wrong.size(), candidate.size());
        if (longer - shorter >= best_distance) continue; // no less has to change
        const auto distance = edit_distance(wrong, candidate);
        if (distance >= best_distance) continue;
        best = candidate;
        best_distance = distance;
    }
    return best;
}

} // namespace edgeconf
