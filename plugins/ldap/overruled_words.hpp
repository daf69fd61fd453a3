// What devices' own entries say of approval while the inventory has the devices: nothing. It must not come to
// mean something by a device's leaving the inventory, so what would let it in, or have it wipe itself, is
// taken back: whoever says so afterwards means it.
#pragma once

#include "ldap/entry.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace edgeconf::ldap {

class session;

// One thread at a time.
class overruled_words {
public:
    struct word {
        entry_id entry;
        std::string dn;
        std::string approval;
    };

    // To be told of each entry that is read, and whether the inventory has its device. True if what it says
    // of approval was said while the inventory had it, and is still there.
    bool judge(const entry& own, bool is_mapped);
    void gone(const entry_id& own);

    // Those that are to be taken back and have not been tried since they were read last; at most so many.
    std::vector<word> to_take_back(std::size_t most) const;
    void tried(const std::vector<word>& words);
    bool has_to_take_back() const noexcept { return !untried_.empty(); }

private:
    std::unordered_map<entry_id, word, entry_id_hash> words_;
    std::set<entry_id> untried_;
};

// Whether the word does more than to keep a device waiting, or out.
bool lets_in_or_wipes(const std::string& approval);

// Takes words back, which is seen when the entry comes by again; returns what the server does not take, and
// why. One that somebody has changed meanwhile stays. Throws directory_problem if the server cannot be asked:
// then all have to be tried again.
struct kept_word {
    overruled_words::word word;
    std::string why;
};
std::vector<kept_word> take_back(session& over, const std::vector<overruled_words::word>& words);

} // namespace edgeconf::ldap
