#include "fleet/reference.hpp"

#include "fleet/encoding.hpp"
#include "fleet/yaml_reader.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

template <class Object>
const Object* required(const Object* found, const references& from, std::string_view name,
                       std::string_view user) {
    if (found == nullptr) {
        from.problem(fmt::format("{} {}/{} is missing ({} refers to it)", to_string(Object::kind), from.ns(),
                                 name, user));
    }
    return found;
}

template <class Object>
const std::string* find_key(const Object* object, const references& from, std::string_view key,
                            std::string_view user) {
    if (object == nullptr) return nullptr;
    const auto found = object->data.find(key);
    if (found != object->data.end()) return &found->second;
    from.problem(fmt::format("{} {}/{} has no key {} ({} needs it)", to_string(Object::kind), from.ns(),
                             object->name.name, key, user));
    return nullptr;
}

} // namespace

std::string summary(const problem_list& problems) {
    static constexpr std::size_t shown = 5;
    const auto end = problems.begin() + static_cast<std::ptrdiff_t>(std::min(shown, problems.size()));
    auto text = fmt::format("{}", fmt::join(problems.begin(), end, "; "));
    if (problems.size() > shown) text += fmt::format("; and {} more", problems.size() - shown);
    return text;
}

const config_map* references::optional_config_map(std::string_view name) const {
    return look_up(objects_->config_maps, {ns_, std::string{name}}, *used_);
}

const secret* references::optional_secret(std::string_view name) const {
    return look_up(objects_->secrets, {ns_, std::string{name}}, *used_);
}

const config_map* references::find_config_map(std::string_view name, std::string_view user) const {
    return required(optional_config_map(name), *this, name, user);
}

const secret* references::find_secret(std::string_view name, std::string_view user) const {
    return required(optional_secret(name), *this, name, user);
}

const std::string* references::config_key(std::string_view name, std::string_view key,
                                          std::string_view user) const {
    return find_key(find_config_map(name, user), *this, key, user);
}

const std::string* references::secret_key(std::string_view name, std::string_view key,
                                          std::string_view user) const {
    return find_key(find_secret(name, user), *this, key, user);
}

const std::string* references::secret_text(std::string_view name, std::string_view key,
                                           std::string_view user) const {
    const auto* value = secret_key(name, key, user);
    if (value == nullptr || is_utf8(*value)) return value;
    problem(fmt::format("Secret {}/{}: the key {} is not UTF-8 text ({} needs it)", ns_, name, key, user));
    return nullptr;
}

json::object references::allow_list(std::string_view name, std::string_view user) const {
    static constexpr std::string_view key = "metrics_list.yaml";
    const auto* text = config_key(name, key, user);
    if (text == nullptr) return {};
    const auto yaml = read_yaml(*text);
    const json::value* listed = nullptr;
    if (yaml.problems.empty() && yaml.documents.size() == 1 && yaml.documents[0].root.is_object()) {
        listed = yaml.documents[0].root.get_object().if_contains("names");
    }
    json::array names;
    bool usable = listed != nullptr && listed->is_array();
    if (usable) {
        for (const auto& each : listed->get_array()) {
            usable = usable && each.is_string();
            names.push_back(each);
        }
    }
    if (!usable) {
        problem(fmt::format("ConfigMap {}/{}: the key {} has to be a map with a list `names` of texts", ns_,
                            name, key));
        return {};
    }
    json::object list;
    list.emplace("names", std::move(names));
    return list;
}

} // namespace edgeconf::fleet
