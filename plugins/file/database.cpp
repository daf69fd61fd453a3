#include "file/database.hpp"

#include "file/connection.hpp"
#include "file/database_file.hpp"
#include "file/fleet_reader.hpp"
#include "file/fleet_writer.hpp"
#include "file/lock_file.hpp"
#include "file/schema.hpp"
#include "file/sqlite_problem.hpp"

#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>

#include <stdexcept>
#include <system_error>
#include <utility>

namespace edgeconf::file {

struct database::reading {
    SQLite::Database connection;
    fleet_reader reader;

    reading(const std::filesystem::path& file, const sealing* key)
        : connection{open_for_reading(file, key)}, reader{connection} {}
};

namespace {

// Does it, and puts what SQLite says into words.
template <class Action>
auto in_words(const std::filesystem::path& file, SQLite::Database* connection, Action&& action) {
    try {
        return action();
    } catch (const SQLite::Exception& error) {
        throw problem_of(error, connection == nullptr ? 0 : system_error(*connection), file);
    }
}

void require_sound(SQLite::Database& connection, const std::filesystem::path& file) {
    if (const auto damage = find_damage(connection)) throw damaged(file, *damage);
}

fleet::store_problem lost(const std::filesystem::path& file, std::int64_t commits) {
    return fleet::store_problem{
        fmt::format("{}: the last {} changes that were acknowledged are lost, since the disk "
                    "has failed; put a newer backup in its place if there is one, and start "
                    "edgeconf anew to go on with what is there",
                    file.string(), commits)};
}

} // namespace

database::database(database_options options) : options_{std::move(options)} {}

// Readers first: the last connection to be closed leaves no WAL behind.
database::~database() { reading_.reset(); }

void database::open() {
    const auto& file = options_.file;
    require_folder_of(file);
    lock_.reset();
    lock_ = std::make_unique<const lock_file>(beside(file, ".lock"));
    keys_ = read_keys(options_.key_file, options_.old_key_file);
    remarks_.clear();
    in_words(file, nullptr, [&] {
        if (!is_there(file)) {
            create(file);
            remarks_.push_back(fmt::format("{}: a new database, since there was none", file.string()));
        }
        upgrade();
        writer_ = std::make_unique<fleet_writer>(file, keys_.current.get());
    });
    acknowledged_ = writer_->commits();
    if (auto exposed = exposure(file)) remarks_.push_back(*std::move(exposed));
}

// Brings it to this version and under this key, before any statement is prepared. What is refused stays as it
// is, down to its WAL.
void database::upgrade() {
    const auto& file = options_.file;
    {
        auto connection = open_for_reading(file, nullptr);
        in_words(file, &connection, [&] { require_ours(connection, file); });
    }
    auto connection = open_for_writing(file, nullptr);
    leave_wal(connection);
    in_words(file, &connection, [&] {
        require_sound(connection, file);
        require_key(keys_, connection, file); // before migrate(), behind which no older version opens it
        migrate(connection);
        bring_under(keys_, connection, file);
    });
}

template <class Action>
void database::write(Action&& action) {
    if (!writer_) throw std::logic_error{"a database that is not open, or has failed and was not recovered"};
    try {
        in_words(options_.file, &writer_->database(), [&] { action(*writer_); });
    } catch (...) {
        stop_writing();
        throw;
    }
}

void database::stop_writing() noexcept {
    if (writer_) leave_wal(writer_->database());
    writer_.reset();
}

void database::load(fleet::store_visitor& to) {
    write([&](fleet_writer& writer) {
        fleet_reader reader{writer.database()};
        reader.events(to);
        std::string at;
        do {
            const auto rows = reader.fetch(at);
            rows.hand_over(to, [] { return false; });
            at = rows.next;
        } while (!at.empty());
    });
}

void database::save(const fleet::unsaved_changes& changes) {
    write([&](fleet_writer& writer) { writer.save(changes); });
    acknowledged_ = writer_->commits();
}

void database::tend() {
    write([](fleet_writer& writer) { writer.tend(); });
}

// After a failed sync the kernel may take pages for written that are not, and show them as long as they are
// in its cache. So nothing that went through the old connections is trusted. When the last of them is gone,
// the next one reads the WAL by its checksums; the checkpoint then writes all its pages to the database and
// syncs that; and the commits are counted.
void database::recover() {
    const std::lock_guard keep_readers_out{reading_mutex_};
    reading_.reset();
    stop_writing();
    const auto& file = options_.file;
    in_words(file, nullptr, [&] {
        check_what_is_left();
        auto writer = std::make_unique<fleet_writer>(file, keys_.current.get());
        if (writer->commits() < acknowledged_) throw lost(file, acknowledged_ - writer->commits());
        acknowledged_ = writer->commits();
        writer_ = std::move(writer);
    });
}

void database::check_what_is_left() {
    const auto& file = options_.file;
    if (!is_there(file)) throw fleet::store_problem{file.string() + ": has vanished; bring it back"};
    auto connection = open_for_writing(file, nullptr);
    leave_wal(connection);
    in_words(file, &connection, [&] {
        require_ours(connection, file);
        if (!checkpoint(connection, checkpoint_kind::whole_and_truncate)) {
            throw fleet::store_problem{fmt::format(
                "{}: another program reads it while it is to be recovered; end that", file.string())};
        }
        require_sound(connection, file);
    });
}

template <class Action>
auto database::read(Action&& action) {
    const std::lock_guard lock{reading_mutex_};
    if (!reading_) {
        in_words(options_.file, nullptr,
                 [&] { reading_ = std::make_unique<reading>(options_.file, keys_.current.get()); });
    }
    try {
        return in_words(options_.file, &reading_->connection, [&] { return action(reading_->reader); });
    } catch (const fleet::store_problem&) {
        reading_.reset();
        throw;
    }
}

// Handed over with no lock and no transaction: however long the visitor takes, it holds up neither a
// checkpoint nor recover().
std::string database::page(std::string_view from, fleet::store_visitor& to,
                           const std::function<bool()>& enough) {
    std::string at{from};
    do {
        const auto rows = read([&](fleet_reader& reader) { return reader.fetch(at); });
        if (auto stopped = rows.hand_over(to, enough)) return *std::move(stopped);
        at = rows.next;
    } while (!at.empty());
    return at;
}

std::filesystem::path database::upload_file() const { return beside(options_.file, ".upload"); }

std::uint64_t database::size() const {
    std::uint64_t sum = 0;
    for (const auto* suffix : {"", "-wal"}) {
        std::error_code absent;
        const auto size = std::filesystem::file_size(beside(options_.file, suffix), absent);
        if (!absent) sum += size;
    }
    return sum;
}

} // namespace edgeconf::file
