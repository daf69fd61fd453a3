// YAML (and so JSON) text as JSON values that know their lines.
//
// Scalars mean what Kubernetes takes them for (yaml_scalar.hpp), anchors, aliases and merge keys are
// resolved, a key that occurs twice is an error. A small text can stand for a huge one through aliases,
// so what one document may unfold to is bounded.
#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

struct yaml_document {
    boost::json::value root;
    // The line, from 1, of every value of `root`, in depth-first order; a member's is its key's.
    std::vector<std::uint32_t> lines;
};

struct yaml_problem {
    std::uint32_t line;
    std::string text;
};

struct yaml_text {
    std::vector<yaml_document> documents; // without the empty ones
    std::vector<yaml_problem> problems;   // a problem of syntax ends the text
};

yaml_text read_yaml(std::string_view text);

// How many values `root` consists of, itself included: the number of lines that belong to it.
std::size_t count_values(const boost::json::value& root);

} // namespace edgeconf::fleet
