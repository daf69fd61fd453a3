// What the server does not take, until it does. As many as there are devices in the directory at most: those
// that it does not have, which anybody may invent, are one problem together.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace edgeconf::ldap {

// Any thread.
class write_problems {
public:
    // `parent` is the DN below which devices are added.
    explicit write_problems(std::string parent) : parent_{std::move(parent)} {}

    void tell(const std::string& id, const std::string& dn, std::string words);
    void forget(const std::string& id);
    // Of all of which `is_there` says no.
    void forget_unless(const std::function<bool(const std::string& id)>& is_there);

    void cannot_add(std::string words);
    void can_add();

    std::map<std::string, std::string> by_dn() const;

private:
    struct problem {
        std::string dn;
        std::string words;
    };

    const std::string parent_;
    mutable std::mutex mutex_;
    std::map<std::string, problem> problems_; // by id
    std::string cannot_add_;                  // why; empty: it can
};

} // namespace edgeconf::ldap
