#include "docs/configuration_page.hpp"

#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace {

std::string content_of(const char* file) {
    std::ifstream in{file};
    std::ostringstream content;
    content << in.rdbuf();
    if (!in) throw std::runtime_error{std::string{"cannot read "} + file};
    return content.str();
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::string join(const std::string& section, const std::string& key) {
    return section.empty() ? key : section + "." + key;
}

void collect(const YAML::Node& node, const std::string& path, paths& into) {
    into.sections.insert(path);
    for (const auto& entry : node) {
        const auto below = join(path, entry.first.Scalar());
        // `options` belongs to the provider: to the host it is one value.
        if (entry.second.IsMap() && below != "provider.options")
            collect(entry.second, below, into);
        else
            into.keys.insert(below);
    }
}

} // namespace

configuration_page read_configuration_page() {
    configuration_page page;
    std::string section;
    bool in_block = false;
    bool in_table = false;
    // "## Mutual TLS: `device-api.tls`"; a heading without a name in backticks is about the root.
    const std::regex heading{"#+ [^`]*(?:`([a-z.-]+)`)?.*"};
    const std::regex row{R"(\| `([a-z0-9-]+)` \| .* \| (?:none|`([^|`]+)`) \| [^|]* \|)"};
    std::smatch found;
    for (const auto& line : lines_of(content_of(CONFIGURATION_PAGE))) {
        if (line == "```yaml" && page.complete_block.empty()) {
            in_block = true;
        } else if (in_block && line != "```") {
            page.complete_block += line + "\n";
        } else if (line.starts_with("```")) {
            in_block = false;
        } else if (std::regex_match(line, found, heading)) {
            section = found[1];
        } else if (line == "| key | type | default | meaning |") {
            in_table = true;
        } else if (!line.starts_with("|")) {
            in_table = false;
        } else if (in_table && !line.starts_with("| ---")) {
            if (!std::regex_match(line, found, row)) throw std::runtime_error{"not a row of keys: " + line};
            described_key described{section, found[1], std::nullopt};
            if (found[2].matched) described.default_value = found[2];
            page.described.push_back(std::move(described));
        }
    }
    return page;
}

paths paths_in(const YAML::Node& block) {
    paths all;
    collect(block, "", all);
    return all;
}

std::set<std::string> examples_in(const std::string& block) {
    std::set<std::string> examples;
    std::vector<std::string> way;
    const std::regex entry{"( *)([a-z0-9-]+):.*"};
    std::smatch found;
    for (const auto& line : lines_of(block)) {
        if (!std::regex_match(line, found, entry)) throw std::runtime_error{"not a key of its own: " + line};
        way.resize(static_cast<std::size_t>(found[1].length()) / 2);
        way.push_back(found[2]);
        std::string path;
        for (const auto& step : way) path = join(path, step);
        if (line.find("# example") != std::string::npos) examples.insert(path);
    }
    return examples;
}

std::set<std::string> keys_in_loader() {
    const auto source = content_of(LOADER_SOURCE);
    const std::regex call{R"(\b(?:read|nested|has|node|read_number)\(\s*(?:[a-z_]+,\s*)?\"([a-z0-9-]+)\")"};
    std::set<std::string> keys;
    for (auto at = std::sregex_iterator{source.begin(), source.end(), call}; at != std::sregex_iterator{};
         ++at)
        keys.insert((*at)[1]);
    return keys;
}

YAML::Node at(YAML::Node from, std::string_view path) {
    while (!path.empty()) {
        const auto dot = path.find('.');
        const auto below = from[std::string{path.substr(0, dot)}];
        if (!below.IsDefined()) throw std::runtime_error{"no key " + std::string{path}};
        from.reset(below);
        path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    }
    return from;
}
