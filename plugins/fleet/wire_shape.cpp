#include "fleet/wire_shape.hpp"

#include "fleet/encoding.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr std::size_t problem_limit = 16;
constexpr std::size_t list_limit = 2048; // elements; a large device has some hundred of anything
constexpr std::size_t text_limit = 4096; // bytes; the longest are a disk's SMART data

// Where a value is, linked through the callers' frames: most bodies fit, so a pointer is only written out
// once there is something to report.
struct place {
    const place* parent = nullptr; // null: the body itself
    std::string_view name = {};    // of a member; empty for an element of a list
    std::size_t index = 0;
};

std::string pointer_to(const place& at) {
    if (at.parent == nullptr) return {};
    auto pointer = pointer_to(*at.parent);
    return at.name.empty() ? fmt::format("{}/{}", pointer, at.index) : fmt::format("{}/{}", pointer, at.name);
}

std::string_view expectation(wire_type type) {
    switch (type) {
    case wire_type::text: return "has to be a string";
    case wire_type::integer: return "has to be a whole number";
    case wire_type::number: return "has to be a number";
    case wire_type::boolean: return "has to be true or false";
    case wire_type::object: return "has to be an object";
    case wire_type::texts:
    case wire_type::objects: return "has to be an array";
    }
    return "has another type";
}

bool fits(const json::value& value, wire_type type) {
    switch (type) {
    case wire_type::text: return value.is_string();
    case wire_type::integer: return value.is_int64() || value.is_uint64();
    case wire_type::number: return value.is_number();
    case wire_type::boolean: return value.is_bool();
    case wire_type::object: return value.is_object();
    case wire_type::texts:
    case wire_type::objects: return value.is_array();
    }
    return false;
}

void report(body_problems& problems, const place& at, wire_type expected) {
    if (problems.size() < problem_limit) {
        problems.push_back({pointer_to(at), std::string{expectation(expected)}});
    }
}

void check_object(const json::object& from, wire_shape shape, const place& at, body_problems& problems);

void check_elements(const json::array& from, const wire_field& field, const place& at,
                    body_problems& problems) {
    const auto expected = field.type == wire_type::texts ? wire_type::text : wire_type::object;
    for (std::size_t i = 0; i < from.size(); ++i) {
        const auto& each = from[i];
        const place here{&at, {}, i};
        if (each.is_null()) continue;
        if (!fits(each, expected)) {
            report(problems, here, expected);
        } else if (const auto* object = each.if_object()) {
            check_object(*object, field.members, here, problems);
        }
    }
}

void check_object(const json::object& from, wire_shape shape, const place& at, body_problems& problems) {
    for (const auto& field : shape) {
        const auto* value = from.if_contains(field.name);
        if (value == nullptr || value->is_null()) continue;
        const place here{&at, field.name};
        if (!fits(*value, field.type)) {
            report(problems, here, field.type);
        } else if (const auto* object = value->if_object()) {
            check_object(*object, field.members, here, problems);
        } else if (const auto* list = value->if_array()) {
            check_elements(*list, field, here, problems);
        }
    }
}

// A text that is no longer than what is worth keeping; anything else as it is.
json::value cut(const json::value& from) {
    const auto* text = from.if_string();
    if (text == nullptr || text->size() <= text_limit) return from;
    return json::value(cut_utf8(*text, text_limit));
}

json::array keep_elements(const json::array& from, wire_shape members, const json::storage_ptr& memory) {
    json::array kept(memory);
    kept.reserve(std::min(from.size(), list_limit));
    for (const auto& each : from) {
        if (kept.size() == list_limit) break;
        if (each.is_null()) continue;
        if (const auto* object = each.if_object()) {
            kept.emplace_back(keep_known(*object, members, memory));
        } else {
            kept.emplace_back(cut(each));
        }
    }
    return kept;
}

} // namespace

body_problems check_shape(const json::value& from, wire_shape shape) {
    body_problems problems;
    if (const auto* object = from.if_object()) {
        check_object(*object, shape, {}, problems);
    } else {
        report(problems, {}, wire_type::object);
    }
    return problems;
}

json::object keep_known(const json::object& from, wire_shape shape, json::storage_ptr memory) {
    json::object kept(memory);
    kept.reserve(std::min(from.size(), shape.size()));
    for (const auto& field : shape) {
        const auto* value = from.if_contains(field.name);
        if (value == nullptr || value->is_null()) continue;
        if (const auto* object = value->if_object()) {
            kept.emplace(field.name, keep_known(*object, field.members, memory));
        } else if (const auto* list = value->if_array()) {
            kept.emplace(field.name, keep_elements(*list, field.members, memory));
        } else {
            kept.emplace(field.name, cut(*value));
        }
    }
    return kept;
}

} // namespace edgeconf::fleet
