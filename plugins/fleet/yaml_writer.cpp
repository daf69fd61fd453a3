#include "fleet/yaml_writer.hpp"

#include "fleet/yaml_scalar.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>

#include <map>
#include <string_view>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

// Characters that a YAML reader refuses or takes for a line break: controls, U+0080 to U+009F, U+2028,
// U+2029, the byte order mark, U+FFFE and U+FFFF.
bool needs_escapes(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20 || byte == 0x7f) return true;
        if (byte == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
        if (byte != 0xe2 && byte != 0xef) continue;
        const auto character = text.substr(i, 3);
        for (const auto* refused :
             {"\xe2\x80\xa8", "\xe2\x80\xa9", "\xef\xbb\xbf", "\xef\xbf\xbe", "\xef\xbf\xbf"}) {
            if (character == refused) return true;
        }
    }
    return false;
}

void write_text(YAML::Emitter& out, std::string_view text) {
    if (needs_escapes(text)) {
        out << YAML::DoubleQuoted << YAML::EscapeNonAscii;
    } else if (!stays_string(text) || text.front() == ' ' || text.back() == ' ' || text.back() == ':') {
        out << YAML::DoubleQuoted;
    }
    out << std::string{text};
}

void write_value(YAML::Emitter& out, const json::value& value) {
    switch (value.kind()) {
    case json::kind::object: {
        std::map<std::string_view, const json::value*> sorted;
        for (const auto& member : value.get_object()) sorted.emplace(member.key(), &member.value());
        out << YAML::BeginMap;
        for (const auto& [key, member] : sorted) {
            out << YAML::Key;
            write_text(out, key);
            out << YAML::Value;
            write_value(out, *member);
        }
        out << YAML::EndMap;
        break;
    }
    case json::kind::array:
        out << YAML::BeginSeq;
        for (const auto& each : value.get_array()) write_value(out, each);
        out << YAML::EndSeq;
        break;
    case json::kind::string: write_text(out, value.get_string()); break;
    case json::kind::null: out << YAML::Null; break;
    default: out << json::serialize(value); break; // numbers and booleans read alike in YAML
    }
}

} // namespace

std::string write_yaml(const json::value& root) {
    YAML::Emitter out;
    out.SetNullFormat(YAML::LowerNull);
    write_value(out, root);
    std::string text{out.c_str(), out.size()};
    text.push_back('\n');
    return text;
}

} // namespace edgeconf::fleet
