#include "provider/library.hpp"

#include "provider/instances.hpp"
#include "provider/trusted_file.hpp"

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>
#include <fmt/format.h>

#include <dlfcn.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <deque>
#include <system_error>

namespace edgeconf::provider {
namespace {

namespace dll = boost::dll;

constexpr const char* entry_symbol = "ecp_provider_entry_v1";

problem unusable(const std::filesystem::path& path, std::string_view what) {
    return {errc::invalid, fmt::format("provider {}: {}", path.string(), what)};
}

// What dlopen says, with the file's own name in place of the descriptor's.
std::string told_by_loader(std::string text, const std::string& load_path,
                           const std::filesystem::path& path) {
    const auto at = text.find(load_path);
    if (at != std::string::npos) text.replace(at, load_path.size(), path.filename().string());
    return text;
}

// Boost.DLL has no name for RTLD_NODELETE, but passes unknown bits through. Everything is resolved
// now, so that a missing symbol is a message here and not a crash later; nothing is shared with the
// libraries of other providers.
const auto load_mode =
    static_cast<dll::load_mode::type>(dll::load_mode::rtld_now | dll::load_mode::rtld_local | RTLD_NODELETE);

// Every library that was ever mapped; neither they nor the list are destroyed, also at exit.
std::deque<dll::shared_library>& mapped_libraries() {
    static auto* all = new std::deque<dll::shared_library>;
    return *all;
}

result<dll::shared_library*> map(trusted_file& file) {
    try {
        auto& mapped = mapped_libraries().emplace_back(file.load_path(), load_mode);
        file.keep_open();
        return &mapped;
    } catch (const std::system_error& e) { // what BOOST_DLL_USE_STD_FS makes it throw
        const auto why = told_by_loader(e.what(), file.load_path(), file.path());
        const bool lacks_symbol = why.find("undefined symbol") != std::string::npos;
        return unusable(
            file.path(),
            fmt::format(
                "cannot be loaded: {}; {}", why,
                lacks_symbol
                    ? "link the library that defines it, and link with -Wl,-z,defs to find out at build time"
                    : "is it a shared library for this machine, and is everything it needs installed?"));
    }
}

bool has_every_function(const ecp_provider& table) {
    return table.create != nullptr && table.start != nullptr && table.stop != nullptr &&
           table.destroy != nullptr;
}

result<ecp_provider> judge(const ecp_provider* given, const std::filesystem::path& path) {
    constexpr auto least = offsetof(ecp_provider, get_playbooks) + sizeof(given->get_playbooks);
    if (given->struct_size < least)
        return unusable(
            path, fmt::format("its table has {} bytes, the oldest that this host takes has {}; build it "
                              "with this host's ecp/provider.h",
                              given->struct_size, least));
    ecp_provider table{};
    std::memcpy(&table, given, std::min<std::size_t>(given->struct_size, sizeof table));
    if (table.abi_minor != ECP_ABI_MINOR)
        return unusable(
            path, fmt::format("it was built for provider ABI {}.{}, this host speaks {}.{}; until 1.0 is "
                              "released only equal versions work together: build it with this host's "
                              "ecp/provider.h",
                              ECP_ABI_MAJOR, table.abi_minor, ECP_ABI_MAJOR, ECP_ABI_MINOR));
    if (table.id == nullptr || table.version == nullptr || table.vendor == nullptr || *table.id == '\0')
        return unusable(path, "its table lacks the id, the version or the vendor; its vendor has to mend it");
    if (!has_every_function(table))
        return unusable(path, "its table lacks create, start, stop or destroy; its vendor has to mend it");
    return table;
}

} // namespace

std::filesystem::path find_library(std::string_view name, const std::filesystem::path& folder) {
    if (name.starts_with('/')) return std::filesystem::path{name};
    return folder / (std::string{name} + ".so");
}

result<library> load_library(std::string_view name, const std::filesystem::path& folder,
                             std::string_view sha256) {
    auto file = trusted_file::open(find_library(name, folder), sha256);
    if (!file) return file.error();
    const auto mapped = map(*file);
    if (!mapped) return mapped.error();
    const auto& path = file->path();

    if (!(*mapped)->has(entry_symbol))
        return unusable(
            path, fmt::format("it exports no {}; it is not an edgeconf provider, or its linker script hides "
                              "the symbol",
                              entry_symbol));
    const auto& entry = (*mapped)->get<const ecp_provider*(const ecp_host*)>(entry_symbol);
    const entry_log said;
    const auto* given = entry(&host_table());
    if (given == nullptr)
        return unusable(path, "it refuses this host: " +
                                  (said.errors().empty() ? "it gives no reason" : said.errors()));
    const auto table = judge(given, path);
    if (!table) return table.error();
    return library{std::string{name}, path, *table};
}

} // namespace edgeconf::provider
