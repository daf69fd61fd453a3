// Objects that are imported, added to the directory. From then on they are administrators': none is changed.
#pragma once

#include "ldap/session.hpp"

#include "fleet/store.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace edgeconf::ldap {

// One thread at a time, but for problems().
class object_writer {
public:
    // `parent` is the DN below which they are added.
    explicit object_writer(std::string parent) : parent_{std::move(parent)} {}

    // Those that are not there. Throws directory_problem, after which any may be there; the same again adds
    // the rest. What the server does not take of one object is that one's problem; `takes_others`: whether it
    // takes other writes, for where its answer does not tell.
    void add(session& over, const std::vector<const fleet::stored_object*>& objects,
             const std::function<bool()>& takes_others);

    // Why some were not added, by DN, until they are, or a restart. Any thread.
    std::map<std::string, std::string> problems() const;

private:
    const std::string parent_;
    mutable std::mutex mutex_;
    std::map<std::string, std::string> problems_;
};

} // namespace edgeconf::ldap
