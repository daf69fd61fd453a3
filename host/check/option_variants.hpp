// Options beside the given ones: what an operator could write, and what nobody should.
#pragma once

#include "check/trial.hpp"

#include <ecp/provider.h>

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace edgeconf::check {

struct option_variant {
    std::string what;     // "with /approval as 0"
    std::string text;     // as it is handed over
    bool is_fair = false; // one that a host hands over: an object that fits the schema
};

// The given options with one thing changed at a time, member by member of theirs and of the schema, then
// what is no object or no JSON at all. Relative paths lead into the check's folder.
std::vector<option_variant> option_variants(trial& in, const ecp_provider& table,
                                            const boost::json::object& given);

// Where a secret is among the options, and which.
struct option_secret {
    std::string pointer;
    std::string value; // no other text contains it
};

// Fills in what the schema or its name says to be a secret, so far as the options still fit, and returns what
// is there then. Empty where there is no secret.
std::vector<option_secret> put_secrets(trial& in, const ecp_provider& table, boost::json::object& options);

} // namespace edgeconf::check
