#include "file/sealing_functions.hpp"

#include <sqlite3.h>

#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace edgeconf::file {

namespace {

std::string_view bytes_of(sqlite3_value* value) {
    const void* const bytes = sqlite3_value_blob(value); // before its size: it may have to be converted
    return {static_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

std::string identity_of(int count, sqlite3_value** values) {
    std::string identity;
    for (int i = 1; i < count; ++i) (identity += bytes_of(values[i])) += '\0';
    return identity;
}

void answer_text(sqlite3_context* to, std::string_view text) {
    sqlite3_result_text64(to, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void answer_blob(sqlite3_context* to, std::string_view bytes) {
    if (bytes.empty()) return sqlite3_result_zeroblob(to, 0);
    sqlite3_result_blob64(to, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
}

void answer_sealed(sqlite3_context* to, std::string_view text, const sealing* key,
                   const std::string& identity) {
    if (key == nullptr) return answer_text(to, text);
    const auto sealed = key->seal(text, identity);
    answer_blob(to, sealed);
}

std::optional<std::string> opened(sqlite3_value* stored, const sealing* key, const std::string& identity) {
    const bool is_sealed = sqlite3_value_type(stored) == SQLITE_BLOB;
    if (is_sealed != (key != nullptr)) return std::nullopt;
    if (key != nullptr) return key->open(bytes_of(stored), identity);
    return std::string{bytes_of(stored)};
}

void refuse(sqlite3_context* to) {
    sqlite3_result_error(to, "a sealed text cannot be opened", -1);
    sqlite3_result_error_code(to, SQLITE_CORRUPT);
}

// Nothing may be thrown through SQLite.
template <class Function>
void guarded(sqlite3_context* to, Function&& function) noexcept {
    try {
        function();
    } catch (const std::bad_alloc&) {
        sqlite3_result_error_nomem(to);
    } catch (const std::exception& error) {
        sqlite3_result_error(to, error.what(), -1);
    }
}

template <class Value>
const Value* user_data(sqlite3_context* of) {
    return static_cast<const Value*>(sqlite3_user_data(of));
}

extern "C" {

static void edgeconf_seal(sqlite3_context* to, int count, sqlite3_value** values) {
    guarded(to, [&] {
        answer_sealed(to, bytes_of(values[0]), user_data<sealing>(to), identity_of(count, values));
    });
}

static void edgeconf_unseal(sqlite3_context* to, int count, sqlite3_value** values) {
    guarded(to, [&] {
        const auto text = opened(values[0], user_data<sealing>(to), identity_of(count, values));
        if (!text) return refuse(to);
        answer_text(to, *text);
    });
}

static void edgeconf_seal_hash(sqlite3_context* to, int count, sqlite3_value** values) {
    guarded(to, [&] {
        const auto hash = bytes_of(values[0]);
        const auto* key = user_data<sealing>(to);
        if (key == nullptr || hash.empty()) return answer_blob(to, hash);
        answer_blob(to, key->seal(hash, identity_of(count, values)));
    });
}

static void edgeconf_unseal_hash(sqlite3_context* to, int count, sqlite3_value** values) {
    guarded(to, [&] {
        const auto stored = bytes_of(values[0]);
        const auto* key = user_data<sealing>(to);
        if (key == nullptr || stored.empty()) return answer_blob(to, stored);
        const auto hash = key->open(stored, identity_of(count, values));
        if (!hash) return refuse(to);
        answer_blob(to, *hash);
    });
}

static void edgeconf_mac(sqlite3_context* to, int, sqlite3_value** values) {
    guarded(to, [&] {
        const auto hash = bytes_of(values[0]);
        const auto* key = user_data<sealing>(to);
        answer_blob(to, key == nullptr ? std::string{hash} : key->mac(hash));
    });
}

} // extern "C"

// Not for use in views or triggers, whoever made them.
void add(SQLite::Database& connection, const char* name, const void* data,
         void (*function)(sqlite3_context*, int, sqlite3_value**), int arguments = -1, int more_flags = 0) {
    connection.check(sqlite3_create_function_v2(
        connection.getHandle(), name, arguments, SQLITE_UTF8 | SQLITE_DIRECTONLY | more_flags,
        const_cast<void*>(data), function, nullptr, nullptr, nullptr));
}

} // namespace

void add_sealing_functions(SQLite::Database& connection, const sealing* key) {
    add(connection, "seal", key, edgeconf_seal);
    add(connection, "unseal", key, edgeconf_unseal);
    add(connection, "seal_hash", key, edgeconf_seal_hash);
    add(connection, "unseal_hash", key, edgeconf_unseal_hash);
    add(connection, "mac", key, edgeconf_mac, 1, SQLITE_DETERMINISTIC); // so that an index can be used
}

void add_resealing_functions(SQLite::Database& connection, const sealing* from, const sealing* to) {
    add(connection, "unseal_from", from, edgeconf_unseal);
    add(connection, "seal_to", to, edgeconf_seal);
    add(connection, "mac_to", to, edgeconf_mac, 1);
}

} // namespace edgeconf::file
