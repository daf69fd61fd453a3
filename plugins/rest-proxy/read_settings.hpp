// From the options to settings.
#pragma once

#include "rest-proxy/settings.hpp"

#include "fleet/option_reader.hpp"

#include <string_view>

namespace edgeconf::rest_proxy {

// What is wrong goes to `problems`; the settings are then not to be used. Opens the files that are named.
settings read_settings(std::string_view options, fleet::option_problems& problems);

} // namespace edgeconf::rest_proxy
