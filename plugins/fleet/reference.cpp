#include "fleet/reference.hpp"

#include "fleet/encoding.hpp"
#include "fleet/yaml_reader.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

template <class Object>
const Object* find_object(const object_map<Object>& objects, const references& from, std::string_view kind,
                          std::string_view name, std::string_view user) {
    const auto found = objects.find(object_name{from.ns(), std::string{name}});
    if (found != objects.end()) return &found->second;
    from.problem(fmt::format("{} {}/{} is missing ({} refers to it)", kind, from.ns(), name, user));
    return nullptr;
}

template <class Object>
const std::string* find_key(const Object* object, const references& from, std::string_view kind,
                            std::string_view key, std::string_view user) {
    if (object == nullptr) return nullptr;
    const auto found = object->data.find(key);
    if (found != object->data.end()) return &found->second;
    from.problem(
        fmt::format("{} {}/{} has no key {} ({} needs it)", kind, from.ns(), object->name.name, key, user));
    return nullptr;
}

} // namespace

const config_map* references::find_config_map(std::string_view name, std::string_view user) const {
    return find_object(objects_->config_maps, *this, "ConfigMap", name, user);
}

const secret* references::find_secret(std::string_view name, std::string_view user) const {
    return find_object(objects_->secrets, *this, "Secret", name, user);
}

const std::string* references::config_key(std::string_view name, std::string_view key,
                                          std::string_view user) const {
    return find_key(find_config_map(name, user), *this, "ConfigMap", key, user);
}

const std::string* references::secret_key(std::string_view name, std::string_view key,
                                          std::string_view user) const {
    return find_key(find_secret(name, user), *this, "Secret", key, user);
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
