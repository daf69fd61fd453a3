// A provider's options against the schema that it declares, before it sees them.
#pragma once

#include "provider/finding.hpp"

#include <boost/json/object.hpp>

#include <filesystem>
#include <string>

namespace edgeconf::provider {

// Makes every option that the schema marks `"format": "path"` absolute, from `folder`, then checks
// the whole against the schema. A schema that cannot be read is an error of its own: it is the
// provider's, so it names that. `schema` may be null: then everything fits.
findings fit_options(boost::json::object& options, const char* schema, const std::filesystem::path& folder);

// Why fit_options could not use the schema; empty if it could.
std::string fault_of_schema(const char* schema);

} // namespace edgeconf::provider
