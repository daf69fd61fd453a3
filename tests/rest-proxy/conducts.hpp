// How upstreams behave, right and wrong.
#pragma once

#include "rest-proxy/faulty_upstream.hpp"

#include <string>
#include <string_view>

namespace edgeconf::test {

// `fields` are whole lines, each with its CR LF.
std::string http_answer(unsigned status, std::string_view body = {}, std::string_view fields = {});
conduct answer(unsigned status, std::string_view body = {}, std::string_view fields = {});

// As an Edge Configuration API answers that knows every device, in plant-1; `version` is the configuration's.
std::string sound_body(const heard_request& r, std::string_view version = "1");
conduct sound(const heard_request& r);

// The same conduct, whatever is asked.
script always(conduct c);

} // namespace edgeconf::test
