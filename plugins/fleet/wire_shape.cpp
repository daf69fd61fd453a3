#include "fleet/wire_shape.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <optional>
#include <utility>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr std::size_t problem_limit = 16;

void report(body_problems& problems, std::string pointer, std::string_view what) {
    if (problems.size() < problem_limit) problems.push_back({std::move(pointer), std::string{what}});
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

json::array read_elements(const json::array& from, const wire_field& field, const std::string& pointer,
                          body_problems& problems) {
    json::array read;
    read.reserve(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) {
        const auto& each = from[i];
        if (each.is_null()) continue;
        const bool is_text = field.type == wire_type::texts;
        if (is_text ? !each.is_string() : !each.is_object()) {
            report(problems, fmt::format("{}/{}", pointer, i),
                   expectation(is_text ? wire_type::text : wire_type::object));
        } else if (is_text) {
            read.push_back(each);
        } else {
            read.push_back(read_shape(each, field.members, fmt::format("{}/{}", pointer, i), problems));
        }
    }
    return read;
}

} // namespace

json::object read_shape(const json::value& from, wire_shape shape, std::string_view pointer,
                        body_problems& problems) {
    json::object read;
    const auto* object = from.if_object();
    if (object == nullptr) {
        report(problems, std::string{pointer}, expectation(wire_type::object));
        return read;
    }
    for (const auto& field : shape) {
        const auto* value = object->if_contains(field.name);
        if (value == nullptr || value->is_null()) continue;
        if (!fits(*value, field.type)) {
            report(problems, fmt::format("{}/{}", pointer, field.name), expectation(field.type));
        } else if (field.type == wire_type::object) {
            read.emplace(field.name, read_shape(*value, field.members,
                                                fmt::format("{}/{}", pointer, field.name), problems));
        } else if (value->is_array()) {
            read.emplace(field.name, read_elements(value->get_array(), field,
                                                   fmt::format("{}/{}", pointer, field.name), problems));
        } else {
            read.emplace(field.name, *value);
        }
    }
    return read;
}

} // namespace edgeconf::fleet
