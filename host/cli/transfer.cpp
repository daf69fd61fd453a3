#include "cli/transfer.hpp"

#include "cli/admin_client.hpp"
#include "cli/files.hpp"
#include "cli/outcome.hpp"
#include "model/administration.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <optional>

namespace edgeconf::cli {
namespace {

namespace json = boost::json;

constexpr unsigned done = 200;
constexpr unsigned invalid = 400;

admin_reply ask(const std::filesystem::path& socket, std::string_view method, std::string target,
                const std::string& page, std::string_view body = {}) {
    if (!page.empty()) target += "?page=" + page;
    return ask_host(socket, {method, target, body, "application/octet-stream", true});
}

std::string counted(const json::value& of, const char* key, const char* one) {
    const auto count = of.at(key).to_number<std::uint64_t>();
    return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

void print_import(const json::value& what) {
    const auto imported =
        "imported " + counted(what, "devices", "device") + " and " + counted(what, "objects", "object");
    const auto& skipped = what.at("skipped").as_array();
    std::printf("%s", imported.c_str());
    if (!skipped.empty()) std::printf("; %zu skipped:", skipped.size());
    std::printf("\n");
    for (const auto& why : skipped) std::printf("  %s\n", why.as_string().c_str());
}

} // namespace

int export_to(const std::filesystem::path& socket, const std::string& file) {
    std::optional<whole_file> into;
    std::string page;
    do {
        const auto reply = ask(socket, "GET", "/host/v1/provider/export", page);
        if (reply.status != done) return refused(socket.string(), reply);
        if (file.empty()) {
            write_all(STDOUT_FILENO, reply.body, "standard output");
        } else {
            if (!into) into.emplace(file);
            into->write(reply.body);
        }
        page = reply.next_page;
    } while (!page.empty());
    if (into) into->finish();
    return 0;
}

int import_from(const std::filesystem::path& socket, const std::string& file) {
    input from{file};
    std::string page;
    for (;;) {
        const auto piece = from.read(longest_import_piece);
        if (piece.empty() && page.empty()) return refused(from.name(), {0, "there is nothing in it", {}});
        const auto reply = ask(socket, "POST", "/host/v1/provider/import", page, piece);
        // What is wrong with the content is told of the file.
        if (reply.status == invalid) return refused(from.name(), reply);
        if (reply.status != done) return refused(socket.string(), reply);
        page = reply.next_page;
        if (!piece.empty()) continue;
        tell_done(reply, print_import);
        return 0;
    }
}

} // namespace edgeconf::cli
