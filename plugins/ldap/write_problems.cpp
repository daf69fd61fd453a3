#include "ldap/write_problems.hpp"

namespace edgeconf::ldap {

void write_problems::tell(const std::string& id, const std::string& dn, std::string words) {
    const std::lock_guard held{mutex_};
    problems_.insert_or_assign(id, problem{dn, std::move(words)});
}

void write_problems::forget(const std::string& id) {
    const std::lock_guard held{mutex_};
    problems_.erase(id);
}

void write_problems::forget_unless(const std::function<bool(const std::string& id)>& is_there) {
    const std::lock_guard held{mutex_};
    std::erase_if(problems_, [&](const auto& each) { return !is_there(each.first); });
}

void write_problems::cannot_add(std::string words) {
    const std::lock_guard held{mutex_};
    cannot_add_ = std::move(words);
}

void write_problems::can_add() { cannot_add({}); }

std::map<std::string, std::string> write_problems::by_dn() const {
    const std::lock_guard held{mutex_};
    std::map<std::string, std::string> made;
    for (const auto& [id, each] : problems_) made.insert_or_assign(each.dn, each.words);
    if (!cannot_add_.empty()) made.emplace(parent_, cannot_add_);
    return made;
}

} // namespace edgeconf::ldap
