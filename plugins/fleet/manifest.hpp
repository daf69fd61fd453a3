// Flotta's manifests as an operator keeps them: one object each, with the place it came from.
#pragma once

#include "fleet/objects.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace edgeconf::fleet {

class findings;

// One object of a kind that the fleet model uses. `root` is as written: its spec is still unchecked.
struct manifest {
    object_kind kind;
    object_name name;
    string_map labels;
    string_map annotations;
    boost::json::value root;
    std::vector<std::uint32_t> lines; // as yaml_document::lines, for `root`
    std::shared_ptr<const std::string> file;

    std::string place() const; // "file:line"
};

// Hands over, in a fixed order, every usable object that `root` (a file or a directory) holds: several
// documents in a file and lists are taken apart, kinds that mean nothing here (Namespace, Event) are
// passed over, a missing namespace is `default`. Everything else is an error in `found`, and reading
// goes on so that all errors are found at once.
void read_manifests(const std::filesystem::path& root, findings& found,
                    const std::function<void(manifest&&)>& take);

} // namespace edgeconf::fleet
