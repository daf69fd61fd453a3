// What the operator reads of what the running host did, or did not.
#pragma once

#include "cli/admin_client.hpp"

#include <boost/json/value.hpp>

#include <string_view>

namespace edgeconf::cli {

// Tells the reasons that are in `reply`, a line each with `where` in front; the exit code for that.
int refused(std::string_view where, const admin_reply& reply);

// Has the provider's words about what is done printed by `print`, which throws where they are not what it
// expects: then they are printed as they are, for done it is.
void tell_done(const admin_reply& reply, void (*print)(const boost::json::value&));

} // namespace edgeconf::cli
