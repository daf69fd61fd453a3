// From what a provider hands over to what a host keeps of it.
#pragma once

#include "check/stand_in_host.hpp"

#include <ecp/provider.h>

#include <string>
#include <string_view>

namespace edgeconf::check {

bool is_utf8(std::string_view text) noexcept;

// `text` for a report: a question mark for every byte that is not UTF-8, and for control characters other
// than line feeds and tabs: what is left does nothing to a terminal.
std::string legible(std::string_view text);

// The text at `from`, or nothing where it is none; `fault` then says why.
std::string received_text(const ecp_str* from, std::string& fault);

// Reads only what struct_size covers, and no more than a host would.
answer received_result(const ecp_result* result);

} // namespace edgeconf::check
