#include "fleet/field.hpp"

#include "fleet/finding.hpp"
#include "fleet/manifest.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

struct spot {
    std::size_t index = 0; // in depth-first order
    std::string path;
};

// Finds `target` by its address and leaves its place in `at`. Only errors pay for this search.
bool find_value(const json::value& here, const json::value* target, spot& at) {
    if (&here == target) return true;
    ++at.index;
    const auto length = at.path.size();
    if (const auto* map = here.if_object()) {
        for (const auto& [key, member] : *map) {
            if (length != 0) at.path.push_back('.');
            at.path.append(key.data(), key.size());
            if (find_value(member, target, at)) return true;
            at.path.resize(length);
        }
    } else if (const auto* list = here.if_array()) {
        for (std::size_t i = 0; i < list->size(); ++i) {
            at.path += fmt::format("[{}]", i);
            if (find_value((*list)[i], target, at)) return true;
            at.path.resize(length);
        }
    }
    return false;
}

std::string_view type_name(const json::value& value) {
    switch (value.kind()) {
    case json::kind::null: return "null";
    case json::kind::bool_: return "a boolean";
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_: return "a number";
    case json::kind::string: return "text";
    case json::kind::array: return "a list";
    case json::kind::object: return "a map";
    }
    return "something else";
}

} // namespace

bool field::present() const noexcept { return missing_.empty() && !value_->is_null(); }

field field::operator[](std::string_view member) const {
    field child{*this};
    const json::object* map = present() ? value_->if_object() : nullptr;
    if (present() && map == nullptr) error(fmt::format("has to be a map, not {}", type_name(*value_)));
    const auto* found = map != nullptr ? map->if_contains(member) : nullptr;
    if (found != nullptr) {
        child.value_ = found;
        return child;
    }
    if (!child.missing_.empty()) child.missing_.push_back('.');
    child.missing_ += member;
    return child;
}

std::optional<std::string> field::text() const {
    if (!present()) return std::nullopt;
    if (const auto* text = value_->if_string()) return std::string{text->data(), text->size()};
    const bool scalar = !value_->is_structured();
    error(fmt::format("has to be text, not {}{}", type_name(*value_), scalar ? "; put it in quotes" : ""));
    return std::nullopt;
}

std::optional<bool> field::boolean() const {
    if (!present()) return std::nullopt;
    if (const auto* truth = value_->if_bool()) return *truth;
    error(fmt::format("has to be true or false, not {}", type_name(*value_)));
    return std::nullopt;
}

std::optional<std::int64_t> field::integer(std::int64_t least, std::int64_t most) const {
    if (!present()) return std::nullopt;
    if (!value_->is_int64() && !value_->is_uint64()) {
        error(fmt::format("has to be a whole number, not {}{}", type_name(*value_),
                          value_->is_string() ? "; leave the quotes out" : ""));
        return std::nullopt;
    }
    if (const auto* number = value_->if_int64(); number != nullptr && *number >= least && *number <= most) {
        return *number;
    }
    error(fmt::format("has to be between {} and {}", least, most));
    return std::nullopt;
}

std::vector<field> field::items() const {
    std::vector<field> listed;
    if (!present()) return listed;
    const auto* list = value_->if_array();
    if (list == nullptr) {
        error(fmt::format("has to be a list, not {}", type_name(*value_)));
        return listed;
    }
    for (const auto& each : *list) {
        if (!each.is_null()) listed.emplace_back(*owner_, each, *found_);
    }
    return listed;
}

std::vector<std::pair<std::string_view, field>> field::members() const {
    std::vector<std::pair<std::string_view, field>> listed;
    if (!present()) return listed;
    const auto* map = value_->if_object();
    if (map == nullptr) {
        error(fmt::format("has to be a map, not {}", type_name(*value_)));
        return listed;
    }
    for (const auto& each : *map) listed.emplace_back(each.key(), field{*owner_, each.value(), *found_});
    return listed;
}

void field::expect_members(std::initializer_list<std::string_view> known) const {
    if (!present() || !value_->is_object()) return;
    for (const auto& [name, member] : members()) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            member.warn("is not a field of this kind and is ignored");
        }
    }
}

void field::error(std::string_view what) const { found_->error(describe(what)); }
void field::warn(std::string_view what) const { found_->warn(describe(what)); }

std::string field::describe(std::string_view what) const {
    spot at;
    find_value(owner_->root, value_, at);
    const auto line = at.index < owner_->lines.size() ? owner_->lines[at.index] : 1;
    if (!missing_.empty()) {
        if (!at.path.empty()) at.path.push_back('.');
        at.path += missing_;
    }
    return fmt::format("{}:{}: {}{}{}", *owner_->file, line, at.path, at.path.empty() ? "" : ": ", what);
}

} // namespace edgeconf::fleet
