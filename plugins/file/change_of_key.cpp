#include "file/change_of_key.hpp"

#include "file/connection.hpp"
#include "file/rendering_text.hpp"
#include "file/sealing_functions.hpp"
#include "file/statement.hpp"

#include "fleet/store.hpp"

#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace edgeconf::file {

namespace {

constexpr std::string_view known_text = "edgeconf";
constexpr std::string_view known_identity = "meta";

std::unique_ptr<const sealing> read(const std::filesystem::path& file) {
    if (file.empty()) return nullptr;
    return std::make_unique<const sealing>(read_key_file(file));
}

std::optional<std::string> meta(SQLite::Database& database, const std::string& name) {
    SQLite::Statement query{database, "SELECT value FROM meta WHERE name = ?1"};
    start(query, name);
    if (!query.executeStep()) return std::nullopt;
    return std::string{bytes_of(query.getColumn(0))};
}

bool opens(const sealing* key, const std::string& sealed) {
    return key != nullptr && key->open(sealed, known_identity) == known_text;
}

fleet::store_problem wrong_key(const keys& keys, const std::filesystem::path& file) {
    if (!keys.current) {
        return fleet::store_problem{
            fmt::format("{}: is sealed; name the key file that it was sealed with", file.string())};
    }
    return fleet::store_problem{
        fmt::format("{}: is sealed with another key than that in {}; name the file with that "
                    "key, or, to change to this one, name that as the old key file",
                    file.string(), keys.file.string())};
}

void reseal_renderings(SQLite::Database& database) {
    SQLite::Statement next{database, "SELECT id, hash, unseal_from(content, 'rendering', hash) "
                                     "FROM renderings WHERE id > ?1 ORDER BY id LIMIT 1"};
    SQLite::Statement put{database, "UPDATE renderings SET hash = mac_to(?2), "
                                    "content = seal_to(?3, 'rendering', mac_to(?2)) WHERE id = ?1"};
    std::int64_t id = -1;
    for (start(next, id); next.executeStep(); start(next, id)) {
        id = next.getColumn(0).getInt64();
        const auto text = next.getColumn(2).getString();
        const auto [hash, content] = parts_of_rendering(text, bytes_of(next.getColumn(1)));
        next.reset();
        run(put, id, blob{{reinterpret_cast<const char*>(hash.data()), hash.size()}},
            rendering_text(hash, content));
    }
}

void reseal(SQLite::Database& database, const sealing* from, const sealing* to) {
    // SQLite keeps what a statement changes, here texts in the clear, in case it has to be taken back.
    database.exec("PRAGMA temp_store = MEMORY");
    add_resealing_functions(database, from, to);

    SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
    database.exec("UPDATE objects SET text = "
                  "seal_to(unseal_from(text, 'object', kind, ns, name), 'object', kind, ns, name)");
    database.exec("UPDATE manifest_objects SET text = "
                  "seal_to(unseal_from(text, 'manifest', position, path), 'manifest', position, path) "
                  "FROM manifest_files WHERE id = file");
    database.exec("UPDATE manifest_files SET content = x''"); // to be read again
    reseal_renderings(database);
    database.exec("DELETE FROM meta WHERE name IN ('sealed', 'plain-hashes')");
    if (to != nullptr) {
        const auto sealed = to->seal(known_text, known_identity);
        SQLite::Statement insert{database, "INSERT INTO meta VALUES ('sealed', ?1)"};
        run(insert, blob{sealed});
    }
    database.exec("INSERT OR REPLACE INTO meta VALUES ('compact', 1)");
    transaction.commit();
    database.exec("PRAGMA temp_store = DEFAULT");
}

// Pages that are not used any more, and the WAL, have the old texts.
void remove_traces(SQLite::Database& database, const std::filesystem::path& file) {
    database.exec("VACUUM");
    if (!checkpoint(database, checkpoint_kind::whole_and_truncate)) {
        throw fleet::store_problem{
            fmt::format("{}: another program reads it while its traces of another key are to "
                        "be removed; end that",
                        file.string())};
    }
    database.exec("DELETE FROM meta WHERE name = 'compact'");
}

} // namespace

keys read_keys(const std::filesystem::path& file, const std::filesystem::path& old_file) {
    return {file, old_file, read(file), read(old_file)};
}

void require_key(const keys& keys, SQLite::Database& database, const std::filesystem::path& file) {
    const auto sealed = meta(database, "sealed");
    if (sealed && !opens(keys.current.get(), *sealed) && !opens(keys.old.get(), *sealed)) {
        throw wrong_key(keys, file);
    }
}

void bring_under(const keys& keys, SQLite::Database& database, const std::filesystem::path& file) {
    require_key(keys, database, file);
    const auto sealed = meta(database, "sealed");
    if (!sealed) {
        if (keys.current) reseal(database, nullptr, keys.current.get());
    } else if (opens(keys.current.get(), *sealed)) {
        if (meta(database, "plain-hashes")) reseal(database, keys.current.get(), keys.current.get());
    } else {
        reseal(database, keys.old.get(), keys.current.get());
    }
    if (meta(database, "compact")) remove_traces(database, file);
}

} // namespace edgeconf::file
