#include "file/schema.hpp"

#include "fleet/store.hpp"

#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <string>

namespace edgeconf::file {

namespace {

// Texts in columns without a type (ANY) are sealed if there is a key; see sealing_functions.hpp.
constexpr std::string_view version_1 = R"sql(
-- commits: how many there were; sealed: a known text, sealed, by which the key is recognised;
-- compact: traces of another key, or of texts in the clear, are still to be removed;
-- plain-hashes: there may still be some although texts are sealed.
CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('commits', 0);

CREATE TABLE devices (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE COLLATE NOCASE,
    membership TEXT NOT NULL
) STRICT;

CREATE TABLE reported (
    number INTEGER PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
    status TEXT NOT NULL
) STRICT;

CREATE TABLE hardware (
    number INTEGER PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
    packed BLOB NOT NULL
) STRICT;

-- Seconds since 1970. Every device has a row, also one that was never heard: 0.
CREATE TABLE heard (
    number INTEGER PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
    at INTEGER NOT NULL
) STRICT;

-- Goes before `heard`, a later row before an earlier; folded into it now and then. Packed: number (4 bytes) and
-- seconds (8), little-endian, of each device. `id` is the commit's.
CREATE TABLE heard_journal (
    id INTEGER PRIMARY KEY,
    entries BLOB NOT NULL
) STRICT;

CREATE TABLE renderings (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    content ANY NOT NULL,
    workloads TEXT NOT NULL -- names, as a JSON array
) STRICT;

-- Devices whose newest configuration is broken, and what they are told meanwhile.
CREATE TABLE stale (
    number INTEGER PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
    rendering INTEGER NOT NULL REFERENCES renderings
) STRICT;
CREATE INDEX stale_rendering ON stale (rendering);

CREATE TABLE manifest_files (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    content BLOB NOT NULL -- SHA-256 of the file's bytes, sealed if there is a key; empty: to be read again
) STRICT;

CREATE TABLE manifest_objects (
    file INTEGER NOT NULL REFERENCES manifest_files ON DELETE CASCADE,
    position INTEGER NOT NULL,
    line INTEGER NOT NULL,
    text ANY NOT NULL,
    PRIMARY KEY (file, position)
) STRICT;

CREATE TABLE objects (
    kind TEXT NOT NULL,
    ns TEXT NOT NULL,
    name TEXT NOT NULL,
    text ANY NOT NULL,
    PRIMARY KEY (kind, ns, name)
) STRICT;

-- Times are in microseconds since 1970.
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    sequence INTEGER NOT NULL,
    type TEXT NOT NULL,
    kind TEXT NOT NULL,
    ns TEXT NOT NULL,
    name TEXT NOT NULL,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    source TEXT NOT NULL,
    count INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL
) STRICT;
)sql";

// Where texts are sealed, hashes are keyed or sealed, too: see change_of_key.cpp, which does it. In
// `renderings`, `content` begins with the body's hash in hexadecimal digits, of which `hash` is the MAC then;
// without, as in rows of version 1, `hash` is the body's.
constexpr std::string_view version_2 = R"sql(
INSERT INTO meta SELECT 'plain-hashes', 1 FROM meta WHERE name = 'sealed';
)sql";

constexpr std::string_view steps_known[] = {version_1, version_2};

int version_of(SQLite::Database& database) { return database.execAndGet("PRAGMA user_version").getInt(); }

} // namespace

std::span<const std::string_view> schema_steps() noexcept { return steps_known; }

void require_ours(SQLite::Database& database, const std::filesystem::path& file,
                  std::span<const std::string_view> steps) {
    if (database.execAndGet("PRAGMA application_id").getInt() != application_id) {
        throw fleet::store_problem{
            fmt::format("{}: is a database of another program; name another file, which "
                        "edgeconf makes itself",
                        file.string())};
    }
    const auto version = version_of(database);
    if (version < 0 || static_cast<std::size_t>(version) > steps.size()) {
        throw fleet::store_problem{
            fmt::format("{}: a newer edgeconf has written it (version {}, this one knows {}); "
                        "use that one again, or a backup from before",
                        file.string(), version, steps.size())};
    }
}

void migrate(SQLite::Database& database, std::span<const std::string_view> steps) {
    for (auto version = static_cast<std::size_t>(version_of(database)); version < steps.size(); ++version) {
        SQLite::Transaction step{database, SQLite::TransactionBehavior::IMMEDIATE};
        if (version == 0) database.exec(fmt::format("PRAGMA application_id = {}", application_id));
        database.exec(std::string{steps[version]});
        database.exec(fmt::format("PRAGMA user_version = {}", version + 1));
        step.commit();
    }
}

} // namespace edgeconf::file
