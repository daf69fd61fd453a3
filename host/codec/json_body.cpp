#include "codec/json_body.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>

namespace edgeconf::codec {
namespace {

namespace json = boost::json;

// Takes every event and keeps nothing, but for whether the outermost value is an object.
struct shape {
    using text = json::string_view;
    using code = boost::system::error_code;

    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    bool outermost_is_object = false;
    std::size_t depth = 0;

    bool on_document_begin(code&) { return true; }
    bool on_document_end(code&) { return true; }
    bool on_object_begin(code&) {
        if (depth++ == 0) outermost_is_object = true;
        return true;
    }
    bool on_object_end(std::size_t, code&) { return leave(); }
    bool on_array_begin(code&) {
        ++depth;
        return true;
    }
    bool on_array_end(std::size_t, code&) { return leave(); }
    bool on_key_part(text, std::size_t, code&) { return true; }
    bool on_key(text, std::size_t, code&) { return true; }
    bool on_string_part(text, std::size_t, code&) { return true; }
    bool on_string(text, std::size_t, code&) { return true; }
    bool on_number_part(text, code&) { return true; }
    bool on_int64(std::int64_t, text, code&) { return true; }
    bool on_uint64(std::uint64_t, text, code&) { return true; }
    bool on_double(double, text, code&) { return true; }
    bool on_bool(bool, code&) { return true; }
    bool on_null(code&) { return true; }
    bool on_comment_part(text, code&) { return true; }
    bool on_comment(text, code&) { return true; }

private:
    bool leave() {
        --depth;
        return true;
    }
};

std::string place(std::string_view body, std::size_t offset) {
    const auto before = body.substr(0, offset);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto line_start = before.rfind('\n');
    const auto column = line_start == std::string_view::npos ? offset + 1 : offset - line_start;
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

} // namespace

result<void> check_json_object(std::string_view body) {
    if (body.empty()) return problem{errc::invalid, "the body is empty; a JSON object is expected"};
    json::parse_options options;
    options.max_depth = 32;
    json::basic_parser<shape> parser{options};
    boost::system::error_code ec;
    const auto read = parser.write_some(false, body.data(), body.size(), ec);
    if (!ec && read < body.size()) ec = json::error::extra_data;
    if (ec)
        return problem{errc::invalid, "the body is not valid JSON at " +
                                          place(body, std::min(read, body.size())) + ": " + ec.message()};
    if (!parser.handler().outermost_is_object)
        return problem{errc::invalid, "the body is valid JSON, but not an object"};
    return {};
}

} // namespace edgeconf::codec
