// A fleet in one SQLite file.
#pragma once

#include "file/change_of_key.hpp"

#include "fleet/store.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::file {

class fleet_reader;
class fleet_writer;
class lock_file;

struct database_options {
    std::filesystem::path file; // in a folder that exists and that we may write

    // With a key file (see read_key_file()) whatever may hold a Secret is sealed: manifests, administrators'
    // objects, configurations. A database that is in the clear is sealed when it is opened first with one.
    // Devices, what they report, and events stay in the clear.
    //
    // To change the key, name the new one, and the one that the database is sealed with as the old one; to
    // seal nothing any more, the old one alone. Once open() has returned, the old one is of no use.
    std::filesystem::path key_file = {};
    std::filesystem::path old_key_file = {};
};

// Beside the file there are its -wal and -shm, SQLite's, and its .lock, by which one process has it, and one
// object in that. SQLite's tools may read it meanwhile, `sqlite3 FILE "VACUUM INTO 'COPY'"` for one. All of
// these are the owner's alone (0600). A reader elsewhere that does not come to an end makes the WAL grow for
// as long.
//
// open() refuses what is not edgeconf's, is of a newer version, or is damaged in its structure: for that it
// reads the whole file. Other bytes inside a text it cannot notice, unless the text is sealed. Nothing is
// ever repaired or started anew in silence.
//
// Threads: as store says; readers have a connection of their own, so neither side waits for the other, but
// for recover().
class database final : public fleet::store {
public:
    explicit database(database_options options);
    ~database() override;

    void open() override;

    // The database is new; others may read it.
    const std::vector<std::string>& remarks() const override { return remarks_; }

    void load(fleet::store_visitor& to) override;
    void save(const fleet::unsaved_changes& changes) override;
    void recover() override;
    void tend() override;

    std::string page(std::string_view from, fleet::store_visitor& to,
                     const std::function<bool()>& enough) override;

    std::filesystem::path upload_file() const override;

    // Of the database and its WAL.
    std::uint64_t size() const override;

private:
    struct reading;

    void upgrade();
    void check_what_is_left();
    void stop_writing() noexcept;
    template <class Action>
    void write(Action&& action);
    template <class Action>
    auto read(Action&& action);

    database_options options_;
    std::unique_ptr<const lock_file> lock_; // released last
    keys keys_;
    std::vector<std::string> remarks_;
    std::unique_ptr<fleet_writer> writer_; // null: before open(), and from a failure on until recover()
    std::int64_t acknowledged_ = 0;        // commits

    std::mutex reading_mutex_;
    std::unique_ptr<reading> reading_; // made when it is needed; guarded by reading_mutex_
};

} // namespace edgeconf::file
