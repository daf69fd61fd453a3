// Flotta's manifests as an operator keeps them: one object each, with the place it came from.
#pragma once

#include "fleet/objects.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

class findings;
struct cached_manifest;

// One object of a kind that the fleet model uses. `root` is as written: its spec is still unchecked.
struct manifest {
    object_kind kind;
    object_name name;
    string_map labels;
    string_map annotations;
    boost::json::value root;
    std::vector<std::uint32_t> lines; // as yaml_document::lines, for `root`
    std::shared_ptr<const std::string> file;

    std::uint32_t line() const noexcept { return lines.empty() ? 1 : lines.front(); }
};

using manifest_sink = std::function<void(manifest&&)>;

// Hands over, in a fixed order, every usable object in a file's text: several documents and lists are taken
// apart, kinds that mean nothing here (Namespace, Event) are passed over, a missing namespace is `default`.
// Everything else is an error in `found`, and reading goes on so that all errors are found at once.
void read_manifests(const std::shared_ptr<const std::string>& file, std::string_view text, findings& found,
                    const manifest_sink& take);

// The same of one object as it was remembered, with every value of it on the line where it begins. False,
// with or without a finding, if it is nothing that read_manifests() ever handed over: the memory is damaged.
bool recall_manifest(const std::shared_ptr<const std::string>& file, const cached_manifest& remembered,
                     findings& found, const manifest_sink& take);

} // namespace edgeconf::fleet
