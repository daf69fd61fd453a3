// The two spellings of what a device reports: the wire's, which is kept, and that of an EdgeDevice's status,
// in which it is shown, exported and imported (R15). One table serves both directions. Pure functions.
//
// Fields that Flotta does not have are dropped, and so is null. What has to be an object or a list and is
// not, is dropped too; other values are taken over as they are.
#pragma once

#include <boost/json/fwd.hpp>

namespace edgeconf::fleet {

// hardware-info as status.hardware. A frequency becomes text with two decimals; lists that the CRD insists
// on are there, if empty.
boost::json::object hardware_as_manifest(const boost::json::object& wire);

// The way back. A frequency that is no number is dropped.
boost::json::object hardware_from_manifest(const boost::json::object& manifest);

// upgrade-status as status.upgradeInformation, and the way back.
boost::json::object upgrade_as_manifest(const boost::json::object& wire);
boost::json::object upgrade_from_manifest(const boost::json::object& manifest);

} // namespace edgeconf::fleet
