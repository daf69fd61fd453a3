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

void answer_sealed(sqlite3_context* to, std::string_view text, const sealing* key,
                   const std::string& identity) {
    if (key == nullptr) return answer_text(to, text);
    const auto sealed = key->seal(text, identity);
    sqlite3_result_blob64(to, sealed.data(), sealed.size(), SQLITE_TRANSIENT);
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

static void edgeconf_reseal(sqlite3_context* to, int count, sqlite3_value** values) {
    guarded(to, [&] {
        const auto& change = *user_data<change_of_key>(to);
        const auto identity = identity_of(count, values);
        const auto text = opened(values[0], change.from, identity);
        if (!text) return refuse(to);
        answer_sealed(to, *text, change.to, identity);
    });
}

} // extern "C"

// At least a text and one word of identity. Not for use in views or triggers, whoever made them.
void add(SQLite::Database& connection, const char* name, const void* data,
         void (*function)(sqlite3_context*, int, sqlite3_value**)) {
    connection.check(sqlite3_create_function_v2(connection.getHandle(), name, -1,
                                                SQLITE_UTF8 | SQLITE_DIRECTONLY, const_cast<void*>(data),
                                                function, nullptr, nullptr, nullptr));
}

} // namespace

void add_sealing_functions(SQLite::Database& connection, const sealing* key) {
    add(connection, "seal", key, edgeconf_seal);
    add(connection, "unseal", key, edgeconf_unseal);
}

void add_reseal_function(SQLite::Database& connection, const change_of_key& change) {
    add(connection, "reseal", &change, edgeconf_reseal);
}

} // namespace edgeconf::file
