// docs/configuration.md as its test sees it.
#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// A row of one of the tables of keys.
struct described_key {
    std::string section; // dotted, empty for the root
    std::string key;
    std::optional<std::string> default_value; // what stands in backticks

    std::string path() const { return section.empty() ? key : section + "." + key; }
};

struct configuration_page {
    std::string complete_block;           // the first fenced YAML
    std::vector<described_key> described; // in the page's order
};
configuration_page read_configuration_page();

// The dotted path of every key that is no section, and of every section, in `block`.
struct paths {
    std::set<std::string> keys;
    std::set<std::string> sections; // "" among them
};
paths paths_in(const YAML::Node& block);

// The paths whose line in `block` carries the comment "# example".
std::set<std::string> examples_in(const std::string& block);

// Every key that host/config/loader.cpp asks a section for, whatever the section.
std::set<std::string> keys_in_loader();

// The node at `path`, which has to be there.
YAML::Node at(YAML::Node from, std::string_view path);
