// A fleet in pages, read from the directory on a connection of its own.
#pragma once

#include "ldap/inventory.hpp"
#include "ldap/session.hpp"
#include "ldap/settings.hpp"

#include "fleet/store.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace edgeconf::ldap {

// One thread at a time, one export at a time: a new one ends the one before.
class exporter {
public:
    // Lives longer than this.
    explicit exporter(const settings& settings) : settings_{settings} {}

    // As fleet::store::page(): `objects` are all there are, and come first. Devices that cannot be used are
    // left out. Throws directory_problem.
    std::string page(std::string_view from, const std::vector<fleet::manifest_file>& objects,
                     fleet::store_visitor& to, const std::function<bool()>& enough);

private:
    void begin();
    void read_inventory();
    void hand_over(const entry& from, fleet::store_visitor& to);
    std::string next();

    const settings& settings_;
    std::optional<session> session_;
    std::optional<inventory> inventory_;
    bool objects_done_ = false;
    std::string cookie_;
    std::uint64_t pages_ = 0;
    std::string token_; // of the next page; empty: there is none
};

} // namespace edgeconf::ldap
