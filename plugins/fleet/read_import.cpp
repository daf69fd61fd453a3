#include "fleet/read_import.hpp"

#include "fleet/bundle.hpp"
#include "fleet/cluster_export.hpp"

#include <array>
#include <fstream>
#include <string_view>

namespace edgeconf::fleet {

namespace {

constexpr std::string_view white_space = " \t\r\n";

// A bundle's header names the bundle first; nothing that kubectl prints does.
bool is_bundle(const std::filesystem::path& file) {
    std::array<char, 256> start{};
    std::ifstream stream{file, std::ios::binary};
    stream.read(start.data(), start.size());
    std::string_view text{start.data(), static_cast<std::size_t>(stream.gcount())};
    const auto skip = [&] { text.remove_prefix(std::min(text.find_first_not_of(white_space), text.size())); };
    skip();
    if (!text.starts_with('{')) return false;
    text.remove_prefix(1);
    skip();
    return text.starts_with("\"bundle\"");
}

} // namespace

imported_fleet read_import(const std::filesystem::path& file, findings& found) {
    return is_bundle(file) ? read_bundle(file, found) : read_cluster_export(file, found);
}

} // namespace edgeconf::fleet
