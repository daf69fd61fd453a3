// An upstream's URL, taken apart.
#pragma once

#include "rest-proxy/settings.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace edgeconf::rest_proxy {

// http://HOST[:PORT][/BASE], https://..., or unix:/SOCKET[:/BASE]. Nothing, and why in `wrong`, for anything
// else, also for one with a user, a query or a fragment.
std::optional<upstream_address> read_upstream_url(std::string_view url, std::string& wrong);

} // namespace edgeconf::rest_proxy
