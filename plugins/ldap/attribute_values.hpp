// Values of attributes as people write them: documents, "key=value", words. Pure functions.
#pragma once

#include "ldap/session.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::ldap {

// What an entry says cannot be taken over; what() names the attribute, what is wrong and what it should be.
class unusable_entry : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// For messages: in quotes, cut, and in one line, whatever its bytes are.
std::string in_quotes(std::string_view text);

// Letters of ASCII in lower case.
std::string lower(std::string_view text);

// One map in YAML or JSON; nothing at all is an empty one. Bounded as fleet/yaml_reader.hpp says. Throws
// unusable_entry with all that is wrong, by line.
boost::json::object read_map(std::string_view attribute, std::string_view text);

// "key=value" texts, which are borrowed. Throws unusable_entry for one without "=" and for a key that is
// there twice.
std::map<std::string_view, std::string_view> read_pairs(std::string_view attribute,
                                                        const std::vector<std::string>& values);

// Empty values are left out, and so is an attribute without any.
void add_values(write_request& to, std::string_view attribute, std::vector<std::string> values);

} // namespace edgeconf::ldap
