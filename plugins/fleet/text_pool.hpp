// Texts that many hold and that are kept once.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace edgeconf::fleet {

// Sorted rather than hashed: devices choose the texts, and no choice of theirs can make this slow.
//
// Threads: none of its own, and no lock: one caller at a time.
class text_pool {
    using text_map = std::map<std::string, std::size_t, std::less<>>; // how many hold it

public:
    // A text held: its `->first` is the text, until it is given back.
    using handle = text_map::const_iterator;

    handle take(std::string_view text);

    // Once for each take(); the handle is dead after that.
    void give_back(handle text);

    std::size_t size() const noexcept { return texts_.size(); }

    // What the texts take in memory, the allocator's own share left out.
    std::size_t bytes() const noexcept { return bytes_; }

private:
    text_map texts_;
    std::size_t bytes_ = 0;
};

} // namespace edgeconf::fleet
