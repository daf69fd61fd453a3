// Prepared statements with less to write.
#pragma once

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace edgeconf::file {

// Bytes, where a std::string is a text.
struct blob {
    std::string_view bytes;
};

// Whole texts and blobs are borrowed until the statement has run.
inline void bind(SQLite::Statement& to, int index, std::int64_t value) { to.bind(index, value); }
inline void bind(SQLite::Statement& to, int index, const std::string& text) { to.bindNoCopy(index, text); }
inline void bind(SQLite::Statement& to, int index, std::string_view text) {
    to.bind(index, std::string{text});
}
inline void bind(SQLite::Statement& to, int index, blob value) {
    to.bindNoCopy(index, value.bytes.data(), static_cast<int>(value.bytes.size()));
}

// Gives the parameters their values, in order; all of them each time.
template <class... Values>
void start(SQLite::Statement& statement, const Values&... values) {
    statement.tryReset();
    int index = 0;
    (bind(statement, ++index, values), ...);
}

// Runs one that gives no rows; how many it has changed.
template <class... Values>
int run(SQLite::Statement& statement, const Values&... values) {
    start(statement, values...);
    const int changed = statement.exec();
    statement.reset();
    return changed;
}

// Good until the next step. Empty for NULL.
inline std::string_view text_of(const SQLite::Column& column) {
    const char* const text = column.getText(); // before its size: it may have to be converted
    return {text, static_cast<std::size_t>(column.getBytes())};
}
inline std::string_view bytes_of(const SQLite::Column& column) {
    const void* const bytes = column.getBlob();
    return {static_cast<const char*>(bytes), static_cast<std::size_t>(column.getBytes())};
}

} // namespace edgeconf::file
