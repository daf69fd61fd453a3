// Changes of a fleet as rows.
#pragma once

#include "file/heard_journal.hpp"
#include "file/sealing.hpp"

#include "fleet/store.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <vector>

namespace edgeconf::file {

// The one connection that writes. May throw SQLite::Exception, after which only database() and its end may
// come.
class fleet_writer {
public:
    // To a database of the newest version, sealed with `key`, which lives as long; null: with none.
    fleet_writer(const std::filesystem::path& file, const sealing* key);
    ~fleet_writer();
    fleet_writer(const fleet_writer&) = delete;
    fleet_writer& operator=(const fleet_writer&) = delete;

    SQLite::Database& database() noexcept { return database_; }

    // One transaction; returns when it is on the disk.
    void save(const fleet::unsaved_changes& changes);

    // How many have been saved, ever.
    std::int64_t commits() const noexcept { return commits_; }

    // Short pieces of what has piled up: at most one of the journal, and a checkpoint if the WAL is long.
    void tend();

private:
    void remove_devices(const fleet::unsaved_changes& changes);
    void save_device(const fleet::device_update& update);
    void save_stale(const fleet::device_update& update);
    std::int64_t rendering(const fleet::shared_body& body);
    void save_events(const fleet::unsaved_changes& changes);
    void save_objects(const fleet::unsaved_changes& changes);
    void save_manifests(const fleet::manifest_changes& changes);
    void put_file(const fleet::manifest_file& file);

    SQLite::Database database_;
    heard_journal heard_;
    int pages_in_wal_ = 0; // that no checkpoint has copied
    std::int64_t commits_ = 0;
    std::map<const fleet::shared_body*, std::int64_t> renderings_; // of the save at hand
    std::vector<fleet::heard_device> heard_now_;                   // likewise

    SQLite::Statement count_commit_;
    SQLite::Statement remove_device_;
    SQLite::Statement put_membership_;
    SQLite::Statement add_heard_;
    SQLite::Statement put_status_;
    SQLite::Statement put_hardware_;
    SQLite::Statement remove_hardware_;
    SQLite::Statement put_stale_;
    SQLite::Statement remove_stale_;
    SQLite::Statement find_rendering_;
    SQLite::Statement add_rendering_;
    SQLite::Statement remove_renderings_;
    SQLite::Statement put_event_;
    SQLite::Statement remove_event_;
    SQLite::Statement put_object_;
    SQLite::Statement remove_object_;
    SQLite::Statement add_file_;
    SQLite::Statement add_file_object_;
    SQLite::Statement remove_file_;
};

} // namespace edgeconf::file
