#include "stored_fleet.hpp"

namespace edgeconf::fleet {

std::string stored_fleet::page(std::string_view from, store_visitor& to,
                               const std::function<bool()>& enough) {
    std::size_t at = from.empty() ? 0 : std::stoul(std::string{from});
    const auto all = files.size() + objects.size() + devices.size();
    while (at < all) {
        auto index = at++;
        if (index < files.size()) {
            to.manifests(files[index]);
        } else if (index -= files.size(); index < objects.size()) {
            to.object(objects[index]);
        } else {
            index -= objects.size();
            const auto& [id, membership, status, hardware, heard] = devices[index];
            to.device({static_cast<std::uint32_t>(index), id, membership, status, hardware, heard, nullptr});
        }
        if (at < all && enough()) return std::to_string(at);
    }
    return {};
}

} // namespace edgeconf::fleet
