#include "check/prepared_options.hpp"

#include "provider/options.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <string_view>

namespace edgeconf::check {
namespace {

namespace json = boost::json;

constexpr std::string_view placeholder = "@scratch@";

void fill_in(json::value& value, const std::filesystem::path& scratch) {
    if (auto* text = value.if_string()) {
        *text = with_scratch(std::string{*text}, scratch);
    } else if (auto* members = value.if_object()) {
        for (auto& member : *members) fill_in(member.value(), scratch);
    } else if (auto* items = value.if_array()) {
        for (auto& item : *items) fill_in(item, scratch);
    }
}

} // namespace

std::string with_scratch(std::string text, const std::filesystem::path& scratch) {
    const auto& path = scratch.native();
    for (auto at = text.find(placeholder); at != std::string::npos;
         at = text.find(placeholder, at + path.size()))
        text.replace(at, placeholder.size(), path);
    return text;
}

std::string prepared_options(trial& in, const ecp_provider& table) {
    return prepared_options(in, table, in.scratch());
}

std::string prepared_options(trial& in, const ecp_provider& table, const std::filesystem::path& scratch) {
    auto options = json::parse(in.about().options); // main has made sure that it is an object
    fill_in(options, scratch);
    const auto found = provider::fit_options(options.as_object(), table.config_schema, in.about().folder);
    bool fits = true;
    for (const auto& f : found) {
        if (!f.is_error) continue;
        fits = false;
        in.fail("the given options do not fit the provider's schema: \"{}\": {}", f.pointer, f.message);
    }
    if (!fits) in.give_up("give others with --config");
    return json::serialize(options);
}

} // namespace edgeconf::check
