// What a directory is asked to write, and what it answers.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace edgeconf::ldap {

// Values are octets. `add` and `remove` name values; `remove` with none is the whole attribute, which need
// not be there with `replace`.
struct modification {
    enum class kind { add, remove, replace };
    kind is;
    std::string attribute;
    std::vector<std::string> values;
};

struct write_request {
    enum class kind { add, modify, remove };
    kind is;
    std::string dn;
    std::vector<modification> changes{}; // add: each of kind add
    std::string assertion{};             // RFC 4528: a filter that the entry has to pass; empty: none
};

// What became of a write: RFC 4511's result code, 0 for success; and what that means, with the server's
// words.
struct write_result {
    int code = 0;
    std::string what;
};

// Which of the requests, and its result.
using result_sink = std::function<void(std::size_t, write_result&&)>;

} // namespace edgeconf::ldap
