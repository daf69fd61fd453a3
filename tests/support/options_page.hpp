// Whether an operator's page says of every option what the schema says.
#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace edgeconf::test {

struct listed_option {
    std::string path;  // as a page's table writes it: "upstreams[].tls.ca"
    std::string value; // its default, as written there; empty: none
};

// All below a schema's `properties`.
std::vector<listed_option> options_in(const boost::json::object& properties);

// The paths of those that have no row in the page, or none with their default.
std::vector<std::string> missing_in(const std::string& page, const std::vector<listed_option>& options);

} // namespace edgeconf::test
