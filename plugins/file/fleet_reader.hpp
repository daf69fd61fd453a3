// Rows as a fleet.
#pragma once

#include "file/heard_journal.hpp"

#include "fleet/store.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::file {

// Some 128 KB of rows, in the order of store::page(), as they were at one moment.
struct fleet_rows {
    struct device {
        std::uint32_t number;
        std::string id;
        std::string membership;
        std::string status;
        std::string hardware;
        fleet::unix_seconds heard;
        std::shared_ptr<const fleet::shared_body> stale;
    };

    std::vector<fleet::manifest_file> files;
    std::vector<fleet::stored_object> objects;
    std::vector<device> devices;
    std::string next;     // the place after all of these; empty at the end
    std::size_t size = 0; // bytes of text

    // Stops when `enough` says so, and returns the place after what was handed over last.
    std::optional<std::string> hand_over(fleet::store_visitor& to, const std::function<bool()>& enough) const;
};

// Ends before its connection. Throws SQLite::Exception, also for what is damaged.
class fleet_reader {
public:
    explicit fleet_reader(SQLite::Database& database);

    // What comes after the place `from`; empty is the beginning. In a transaction of its own. Throws
    // std::invalid_argument for a place that is none.
    fleet_rows fetch(std::string_view from);

    void events(fleet::store_visitor& to);

private:
    void fetch_files(fleet_rows& into, std::string_view after);
    void fetch_objects(fleet_rows& into, std::string_view after);
    void fetch_devices(fleet_rows& into, std::string_view after);
    std::vector<fleet::cached_manifest> objects_of(std::int64_t file, std::string_view path);
    std::shared_ptr<const fleet::shared_body> rendering(std::int64_t id, std::string_view hash);

    SQLite::Database& database_;
    heard_overlay heard_;
    std::map<std::string, std::weak_ptr<const fleet::shared_body>, std::less<>> renderings_; // by hash
    std::size_t sweep_at_ = 64; // of those that have gone
    SQLite::Statement file_objects_;
    SQLite::Statement files_;
    SQLite::Statement objects_;
    SQLite::Statement devices_;
    SQLite::Statement rendering_;
};

} // namespace edgeconf::file
