#include "file/file_options.hpp"

#include "file/database.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

namespace edgeconf::file {

namespace {

using fleet::durability;
using fleet::option_problem;
using fleet::option_reader;
using fleet::provider_settings;

constexpr std::chrono::seconds longest_batch{60};

database_options read_database(option_reader& from) {
    database_options read;
    std::string database;
    from.read_text("database", database);
    if (database.empty()) from.problem("database", "is missing: it names the file of the database");
    read.file = database;
    std::error_code absent;
    const auto folder = read.file.parent_path();
    if (!database.empty() && !folder.empty() && !std::filesystem::is_directory(folder, absent)) {
        from.problem("database", fmt::format("the folder {} is not there; make it", folder.string()));
    }
    std::string key;
    from.read_text("key-file", key);
    read.key_file = key;
    std::string former;
    from.read_text("old-key-file", former);
    read.old_key_file = former;
    return read;
}

void read_commits(option_reader& from, fleet::commit_settings& read) {
    from.read_choice("durability", read.durability,
                     {{"full", durability::full}, {"batched", durability::batched}});
    std::chrono::seconds within{1};
    from.read_duration("batch-time", within);
    if (within > longest_batch) from.problem("batch-time", "is at most 60s");
    read.within = within;
}

// What only a restart changes, as a text to compare.
std::string identity(const database_options& of) {
    return of.file.string() + '\n' + of.key_file.string() + '\n' + of.old_key_file.string();
}

database_options chosen(std::string_view options) {
    database_options read;
    (void)fleet::read_options(options, [&](option_reader& from) { read = read_database(from); });
    return read;
}

boost::system::result<provider_settings, option_problem> read(std::string_view options) {
    provider_settings made;
    auto shared = fleet::read_options(options, [&](option_reader& from) {
        made.store = identity(read_database(from));
        read_commits(from, made.commits);
        made.watches = true;
        from.read_flag("watch", made.watches);
    });
    if (!shared) return shared.error();
    made.fleet = *std::move(shared);
    return made;
}

} // namespace

fleet::provider_kind provider_kind() {
    return {&read, [](std::string_view options) -> std::unique_ptr<fleet::store> {
                return std::make_unique<database>(chosen(options));
            }};
}

} // namespace edgeconf::file
