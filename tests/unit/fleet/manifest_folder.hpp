// A temporary directory of manifests, and what the fleet model makes of it.
#pragma once

#include "fleet/finding.hpp"
#include "fleet/objects.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

class manifest_folder {
public:
    manifest_folder();
    ~manifest_folder();
    manifest_folder(const manifest_folder&) = delete;
    manifest_folder& operator=(const manifest_folder&) = delete;

    // Makes folders as needed.
    void write(const std::string& name, std::string_view text) const;

    const std::filesystem::path& path() const noexcept { return path_; }

    // Reads everything, several times: from the files, and with what the first reading remembered of them.
    // Fails the test if that is not the same; so all that is tested of objects holds for remembered ones,
    // too. `texts` then has each finding's text with the folder's path cut off and "error: " or "warning: "
    // in front.
    object_set read();
    std::vector<std::string> texts;

private:
    std::filesystem::path path_;
};

// The objects of one text. Fails the test on any error in it.
object_set objects_of(std::string_view yaml);

// The findings of one text, in the file "m.yaml".
std::vector<std::string> findings_of(std::string_view yaml);

// Whether one of `texts` contains `part`.
bool mentions(const std::vector<std::string>& texts, std::string_view part);

// A manifest's first lines: apiVersion, kind, metadata. What follows is the rest of metadata, indented by
// two, or the spec.
std::string head(std::string_view kind, std::string_view name);

} // namespace edgeconf::fleet
