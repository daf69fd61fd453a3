#include "fleet/text_pool.hpp"

namespace edgeconf::fleet {

namespace {

constexpr std::size_t node_header = 4 * sizeof(void*); // colour and three links of a tree's node

std::size_t bytes_of(std::string_view text) noexcept {
    const std::size_t apart = text.size() > std::string{}.capacity() ? text.size() + 1 : 0;
    return node_header + sizeof(std::string) + sizeof(std::size_t) + apart;
}

} // namespace

text_pool::handle text_pool::take(std::string_view text) {
    auto at = texts_.lower_bound(text);
    if (at == texts_.end() || at->first != text) {
        at = texts_.emplace_hint(at, text, 0);
        bytes_ += bytes_of(text);
    }
    ++at->second;
    return at;
}

void text_pool::give_back(handle text) {
    const auto at = texts_.erase(text, text); // the same place, to be changed
    if (--at->second > 0) return;
    bytes_ -= bytes_of(at->first);
    texts_.erase(at);
}

} // namespace edgeconf::fleet
