#include "fleet/options.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <stdexcept>

namespace edgeconf::fleet {

namespace json = boost::json;

boost::system::result<options, option_problem> read_options(std::string_view text) {
    options read;
    if (text.empty()) return read;
    boost::system::error_code error;
    const auto parsed = json::parse(text, error);
    if (error || !parsed.is_object()) return option_problem{"", "has to be a JSON object"};
    const auto& given = parsed.get_object();
    if (const auto* path = given.if_contains("manifests"); path != nullptr && !path->is_null()) {
        if (!path->is_string() || path->get_string().empty()) {
            return option_problem{"/manifests", "has to name a file or a directory"};
        }
        read.manifests = std::string{path->get_string()};
    }
    if (const auto* approval = given.if_contains("approval"); approval != nullptr && !approval->is_null()) {
        if (*approval == "automatic") {
            read.approval = approval_policy::automatic;
        } else if (*approval != "manual") {
            return option_problem{"/approval", "has to be manual or automatic"};
        }
    }
    return read;
}

} // namespace edgeconf::fleet

namespace boost::system {

void throw_exception_from_error(const edgeconf::fleet::option_problem& problem,
                                const boost::source_location&) {
    throw std::logic_error{problem.pointer + " " + problem.what};
}

} // namespace boost::system
