// "Did you mean": the known word nearest to one that is not known.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace edgeconf {

// Empty when nothing is near: more than a third of the letters, and more than two, would have to change.
std::string nearest_word(std::string_view wrong, const std::set<std::string, std::less<>>& known);

} // namespace edgeconf
