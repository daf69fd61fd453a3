#include "file/sqlite_problem.hpp"

#include "support/catch.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <string>
#include <string_view>

using namespace edgeconf::file;

TEST_CASE("sqlite_problem: whatever SQLite reports, the words name the file and what to do",
          "[file][sqlite_problem]") {
    struct example {
        int code;
        int system_error;
        std::string_view remedy;
    };
    const auto& [code, system_error, remedy] =
        GENERATE(values<example>({{SQLITE_FULL, 0, "free some space"},
                                  {SQLITE_IOERR, ENOSPC, "free some space"},
                                  {SQLITE_IOERR, EDQUOT, "free some space"},
                                  {SQLITE_IOERR, EFBIG, "raise the limit"},
                                  {SQLITE_IOERR, EIO, "look at the system's log"},
                                  {SQLITE_IOERR, 0, "look at the system's log"},
                                  {SQLITE_BUSY, 0, "end that"},
                                  {SQLITE_LOCKED, 0, "end that"},
                                  {SQLITE_READONLY, 0, "let the user that edgeconf runs as write"},
                                  {SQLITE_CANTOPEN, EACCES, "Permission denied"},
                                  {SQLITE_CORRUPT, 0, "put a backup in its place"},
                                  {SQLITE_NOTADB, 0, "put a backup in its place"},
                                  {SQLITE_NOMEM, 0, "not enough memory"},
                                  {SQLITE_SCHEMA, 0, "what it said"}}));
    const std::string words =
        problem_of(SQLite::Exception{"what it said", code}, system_error, "/a/fleet.db").what();
    INFO(words);
    CHECK(words.starts_with("/a/fleet.db: "));
    CHECK(words.find(remedy) != std::string::npos);
}
