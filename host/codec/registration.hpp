// What a provider says of a registered device.
#pragma once

#include "model/problem.hpp"

#include <string>
#include <string_view>

namespace edgeconf::codec {

// The namespace in `{"namespace": "..."}`; other members are ignored. Fails with errc::internal where
// there is none or it is no DNS label: Flotta would sign a certificate for whatever is named.
result<std::string> namespace_of(std::string_view body);

} // namespace edgeconf::codec
