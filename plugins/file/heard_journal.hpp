// When devices were last heard. A fleet is heard all the time, each second by other devices: a row of each
// device's own would have a page written for each of them. So what is heard is appended to a journal, and
// brought to the devices' rows by the thousand, in their order.
#pragma once

#include "fleet/store.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace edgeconf::file {

// The writer's side. Ends before its connection. May throw SQLite::Exception; a new one then finds the
// journal as it is.
class heard_journal {
public:
    explicit heard_journal(SQLite::Database& database);

    bool empty() const noexcept { return entries_ == 0 && folding_.empty(); }

    // In the owner's transaction. `commit`: its number, greater than any before.
    void append(const std::vector<fleet::heard_device>& heard, std::int64_t commit);

    // Outside of a transaction: if the journal is long, brings a part of it to the devices' rows, some 4,000
    // at a time; true if it did. A cycle has one look at the whole journal, and each part a commit of its
    // own.
    bool fold_some();

private:
    using time_of_device = std::pair<std::uint32_t, fleet::unix_seconds>;

    void begin_cycle();
    void end_cycle();

    SQLite::Database& database_;
    SQLite::Statement append_;
    SQLite::Statement update_;
    SQLite::Statement remove_;
    std::size_t entries_ = 0;             // in the journal; beyond the cycle's while there is one
    std::int64_t last_row_ = 0;           // of the cycle
    std::vector<time_of_device> folding_; // by number
    std::size_t next_ = 0;                // in `folding_`
    std::string packed_;
};

// What the journal says, for those who read devices: it goes before the devices' rows. Ends before its
// connection. May throw SQLite::Exception, and fleet::store_problem never.
class heard_overlay {
public:
    explicit heard_overlay(SQLite::Database& database);

    // In a transaction, with the devices.
    void refresh();

    // What the device's row says, or the journal.
    fleet::unix_seconds of(std::uint32_t number, fleet::unix_seconds row) const;

private:
    SQLite::Statement newest_;
    SQLite::Statement all_;
    std::int64_t known_ = -1; // the newest row that was seen
    boost::unordered_flat_map<std::uint32_t, fleet::unix_seconds> heard_;
};

} // namespace edgeconf::file
