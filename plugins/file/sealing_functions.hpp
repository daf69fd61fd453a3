// Sealing where the rows are: in SQL, so that no code that reads or writes them knows of it.
//
//   seal(text, identity...)    what to store for the text: without a key, the text itself
//   unseal(stored, identity...)   the text; fails as a damaged database does if it cannot be opened
//
// What is sealed is a BLOB, what is not is a TEXT; with a key, nothing in the clear is taken for good. The
// identity is the row's: its table and its key.
#pragma once

#include "file/sealing.hpp"

#include <SQLiteCpp/Database.h>

namespace edgeconf::file {

// `key` outlives the connection; null: nothing is sealed.
void add_sealing_functions(SQLite::Database& connection, const sealing* key);

// Adds reseal(stored, identity...), which is seal() with `to` of unseal() with `from`. Either may be null;
// both outlive the connection, or the function's last use.
struct change_of_key {
    const sealing* from;
    const sealing* to;
};
void add_reseal_function(SQLite::Database& connection, const change_of_key& change);

} // namespace edgeconf::file
