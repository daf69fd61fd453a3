// Following the names by which objects refer to ConfigMaps and Secrets while a configuration is rendered.
#pragma once

#include "fleet/objects.hpp"

#include <boost/json/fwd.hpp>

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edgeconf::fleet {

// What a rendering could not find, in words for the operator; never with the content of a Secret.
using problem_list = std::vector<std::string>;

// The first few of them in one text: one bad object can make hundreds.
std::string summary(const problem_list& problems);

// What a rendering looked for, found or not: it has to be made again when one of them changes.
using reference_set = std::set<object_key>;

// The object of that name, or null; noted in `used` either way.
template <class Object>
const Object* look_up(const object_map<Object>& objects, object_name name, reference_set& used) {
    const auto found = objects.find(name);
    used.insert({Object::kind, std::move(name)});
    return found == objects.end() ? nullptr : found->second.get();
}

// Looks up in one namespace, and notes what was looked for and what is missing. Borrows everything.
// `user` says who refers: "metrics.system.allowList".
class references {
public:
    references(const configuration_objects& objects, std::string_view ns, reference_set& used,
               problem_list& problems)
        : objects_{&objects}, ns_{ns}, used_{&used}, problems_{&problems} {}

    // Nothing when the object is missing, which is no problem.
    const config_map* optional_config_map(std::string_view name) const;
    const secret* optional_secret(std::string_view name) const;

    // Nothing, and a problem, when the object is missing.
    const config_map* find_config_map(std::string_view name, std::string_view user) const;
    const secret* find_secret(std::string_view name, std::string_view user) const;

    // Nothing, and a problem, when the object or the key is missing.
    const std::string* config_key(std::string_view name, std::string_view key, std::string_view user) const;
    const std::string* secret_key(std::string_view name, std::string_view key, std::string_view user) const;

    // The same for a Secret's value that goes to the device as text: it has to be UTF-8.
    const std::string* secret_text(std::string_view name, std::string_view key, std::string_view user) const;

    // {"names": [...]} from the key metrics_list.yaml of the ConfigMap `name` (R25). Empty, and a problem,
    // when it is missing or says something else.
    boost::json::object allow_list(std::string_view name, std::string_view user) const;

    void problem(std::string text) const { problems_->push_back(std::move(text)); }
    const std::string& ns() const noexcept { return ns_; }

private:
    const configuration_objects* objects_;
    std::string ns_;
    reference_set* used_;
    problem_list* problems_;
};

} // namespace edgeconf::fleet
