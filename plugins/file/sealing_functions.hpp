// Sealing where the rows are: in SQL, so that no code that reads or writes them knows of it.
//
//   seal(text, identity...)    what to store for the text: without a key, the text itself
//   unseal(stored, identity...)   the text; fails as a damaged database does if it cannot be opened
//
//   seal_hash(hash, identity...), unseal_hash(stored, identity...)   the same for a hash, a BLOB either way;
//                                 an empty one stays empty
//   mac(hash)                     what to store for a hash that is looked up: without a key, the hash itself
//
// Whoever can guess most of a text could try the rest of it on its hash: so hashes are no more in the clear
// than texts. What is sealed is a BLOB, what is not is a TEXT; with a key, nothing in the clear is taken for
// good. The identity is the row's: its table and its key.
#pragma once

#include "file/sealing.hpp"

#include <SQLiteCpp/Database.h>

namespace edgeconf::file {

// `key` outlives the connection; null: nothing is sealed.
void add_sealing_functions(SQLite::Database& connection, const sealing* key);

// Adds unseal_from(), which is unseal() with `from`, and seal_to() and mac_to(), which are seal() and mac()
// with `to`. Either may be null; both outlive the connection, or the functions' last use.
void add_resealing_functions(SQLite::Database& connection, const sealing* from, const sealing* to);

} // namespace edgeconf::file
