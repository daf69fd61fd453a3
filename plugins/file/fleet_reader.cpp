#include "file/fleet_reader.hpp"

#include "file/rendering_text.hpp"
#include "file/statement.hpp"

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace edgeconf::file {

namespace {

constexpr std::size_t chunk_size = 128u << 10; // bytes of text

// A place: in which table, after which of its keys. Object keys are "kind/namespace/name".
constexpr std::string_view in_files = "manifests:";
constexpr std::string_view in_objects = "objects:";
constexpr std::string_view in_devices = "devices:";

std::string place(std::string_view table, std::string_view key) { return std::string{table} += key; }
std::string key_text(const fleet::object_key& key) {
    return fmt::format("{}/{}/{}", to_string(key.kind), key.name.ns, key.name.name);
}

// What no edgeconf has written.
[[noreturn]] void damaged(const char* how) { throw SQLite::Exception{how, SQLITE_CORRUPT}; }

fleet::object_kind kind_of(std::string_view text) {
    using enum fleet::object_kind;
    for (const auto kind : {edge_device, signed_request, edge_device_set, edge_workload, edge_config,
                            playbook_execution, config_map, secret}) {
        if (to_string(kind) == text) return kind;
    }
    damaged("an object of an unknown kind");
}

fleet::digest digest_of(std::string_view bytes) {
    fleet::digest hash;
    if (bytes.size() != hash.size()) damaged("a hash of another size");
    std::copy(bytes.begin(), bytes.end(), hash.begin());
    return hash;
}

std::vector<std::string> names_from_json(std::string_view text) {
    boost::system::error_code error;
    const auto read = boost::json::parse(text, error);
    const auto* const list = error ? nullptr : read.if_array();
    if (list == nullptr) damaged("a list of workloads that is none");
    std::vector<std::string> names;
    for (const auto& each : *list) {
        if (!each.is_string()) damaged("a workload's name that is no text");
        names.emplace_back(each.get_string());
    }
    return names;
}

std::chrono::system_clock::time_point time_of(const SQLite::Column& microseconds) {
    return std::chrono::system_clock::time_point{std::chrono::microseconds{microseconds.getInt64()}};
}

// Three parts, empty where there are fewer.
std::array<std::string_view, 3> parts_of(std::string_view key) {
    std::array<std::string_view, 3> parts{};
    for (auto& part : parts) {
        part = key.substr(0, key.find('/'));
        key.remove_prefix(std::min(key.size(), part.size() + 1));
    }
    return parts;
}

} // namespace

std::optional<std::string> fleet_rows::hand_over(fleet::store_visitor& to,
                                                 const std::function<bool()>& enough) const {
    for (const auto& each : files) {
        to.manifests(each);
        if (enough()) return place(in_files, each.path);
    }
    for (const auto& each : objects) {
        to.object(each);
        if (enough()) return place(in_objects, key_text(each.key));
    }
    for (const auto& each : devices) {
        to.device(
            {each.number, each.id, each.membership, each.status, each.hardware, each.heard, each.stale});
        if (enough()) return place(in_devices, std::to_string(each.number));
    }
    return std::nullopt;
}

fleet_reader::fleet_reader(SQLite::Database& database)
    : database_{database}, heard_{database},
      file_objects_{database, "SELECT line, unseal(text, 'manifest', position, ?2) FROM manifest_objects "
                              "WHERE file = ?1 ORDER BY position"},
      files_{database, "SELECT path, unseal_hash(content, 'manifest', path), id FROM manifest_files WHERE "
                       "path > ?1 ORDER BY path"},
      objects_{database, "SELECT kind, ns, name, unseal(text, 'object', kind, ns, name) FROM objects "
                         "WHERE (kind, ns, name) > (?1, ?2, ?3) ORDER BY kind, ns, name"},
      devices_{database, "SELECT devices.number, devices.id, membership, status, packed, at, rendering, hash "
                         "FROM devices LEFT JOIN reported USING (number) LEFT JOIN hardware USING (number) "
                         "LEFT JOIN heard USING (number) LEFT JOIN stale USING (number) "
                         "LEFT JOIN renderings ON renderings.id = rendering "
                         "WHERE devices.number > ?1 ORDER BY devices.number"},
      rendering_{database,
                 "SELECT unseal(content, 'rendering', hash), workloads FROM renderings WHERE id = ?1"} {}

fleet_rows fleet_reader::fetch(std::string_view from) {
    SQLite::Transaction transaction{database_};
    fleet_rows rows;
    if (from.empty()) {
        fetch_files(rows, {});
    } else if (from.starts_with(in_files)) {
        fetch_files(rows, from.substr(in_files.size()));
    } else if (from.starts_with(in_objects)) {
        fetch_objects(rows, from.substr(in_objects.size()));
    } else if (from.starts_with(in_devices)) {
        fetch_devices(rows, from.substr(in_devices.size()));
    } else {
        throw std::invalid_argument{"not a place in the database"};
    }
    transaction.commit();
    return rows;
}

void fleet_reader::fetch_files(fleet_rows& into, std::string_view after) {
    start(files_, after);
    into.next = in_objects;
    while (files_.executeStep()) {
        auto& file = into.files.emplace_back();
        file.path = text_of(files_.getColumn(0));
        if (const auto hash = bytes_of(files_.getColumn(1)); !hash.empty()) file.content = digest_of(hash);
        file.objects = objects_of(files_.getColumn(2).getInt64(), file.path);
        for (const auto& each : file.objects) into.size += each.text.size();
        if (into.size < chunk_size) continue;
        into.next = place(in_files, file.path);
        break;
    }
    files_.reset();
}

void fleet_reader::fetch_objects(fleet_rows& into, std::string_view after) {
    const auto [kind, ns, name] = parts_of(after);
    start(objects_, kind, ns, name);
    into.next = in_devices;
    while (objects_.executeStep()) {
        fleet::stored_object object{{kind_of(text_of(objects_.getColumn(0))),
                                     {objects_.getColumn(1).getString(), objects_.getColumn(2).getString()}},
                                    objects_.getColumn(3).getString()};
        into.size += object.text.size();
        into.objects.push_back(std::move(object));
        if (into.size < chunk_size) continue;
        into.next = place(in_objects, key_text(into.objects.back().key));
        break;
    }
    objects_.reset();
}

void fleet_reader::fetch_devices(fleet_rows& into, std::string_view after) {
    std::int64_t number = -1;
    const auto [end, error] = std::from_chars(after.data(), after.data() + after.size(), number);
    if (!after.empty() && (error != std::errc{} || end != after.data() + after.size())) {
        throw std::invalid_argument{"not a place in the database"};
    }
    heard_.refresh();
    start(devices_, number);
    while (devices_.executeStep()) {
        number = devices_.getColumn(0).getInt64();
        const auto as_known = static_cast<std::uint32_t>(number);
        if (as_known != number) damaged("a device's number that is none");
        auto& row = into.devices.emplace_back();
        row.number = as_known;
        row.id = text_of(devices_.getColumn(1));
        row.membership = text_of(devices_.getColumn(2));
        row.status = text_of(devices_.getColumn(3));
        row.hardware = bytes_of(devices_.getColumn(4));
        row.heard = heard_.of(as_known, devices_.getColumn(5).getInt64());
        const auto stale = devices_.getColumn(6);
        if (!stale.isNull()) row.stale = rendering(stale.getInt64(), bytes_of(devices_.getColumn(7)));
        into.size += row.id.size() + row.membership.size() + row.status.size() + row.hardware.size();
        if (into.size < chunk_size) continue;
        into.next = place(in_devices, std::to_string(number));
        break;
    }
    devices_.reset();
}

void fleet_reader::events(fleet::store_visitor& to) {
    SQLite::Statement rows{database_,
                           "SELECT id, sequence, type, kind, ns, name, reason, message, source, count, "
                           "first, last FROM events ORDER BY sequence"};
    while (rows.executeStep()) {
        const std::array texts{rows.getColumn(3), rows.getColumn(4), rows.getColumn(5),
                               rows.getColumn(6), rows.getColumn(7), rows.getColumn(8)};
        fleet::event each;
        each.id = static_cast<std::uint64_t>(rows.getColumn(0).getInt64());
        each.sequence = static_cast<std::uint64_t>(rows.getColumn(1).getInt64());
        each.what.type =
            text_of(rows.getColumn(2)) == "Warning" ? fleet::event_type::warning : fleet::event_type::normal;
        each.what.object = {text_of(texts[0]), text_of(texts[1]), text_of(texts[2])};
        each.what.reason = text_of(texts[3]);
        each.what.message = text_of(texts[4]);
        each.what.source = text_of(texts[5]);
        each.count = static_cast<std::uint64_t>(rows.getColumn(9).getInt64());
        each.first = time_of(rows.getColumn(10));
        each.last = time_of(rows.getColumn(11));
        to.happened(each);
    }
}

std::vector<fleet::cached_manifest> fleet_reader::objects_of(std::int64_t file, std::string_view path) {
    std::vector<fleet::cached_manifest> objects;
    start(file_objects_, file, path);
    while (file_objects_.executeStep()) {
        objects.push_back({file_objects_.getColumn(0).getUInt(), file_objects_.getColumn(1).getString()});
    }
    file_objects_.reset();
    return objects;
}

std::shared_ptr<const fleet::shared_body> fleet_reader::rendering(std::int64_t id, std::string_view hash) {
    if (const auto known = renderings_.find(hash); known != renderings_.end()) {
        if (auto body = known->second.lock()) return body;
    }
    start(rendering_, id);
    if (!rendering_.executeStep()) damaged("a last good configuration that is missing");
    const auto text = rendering_.getColumn(0).getString();
    const auto [body_hash, content] = parts_of_rendering(text, hash);
    auto body = fleet::restore_body(std::string{content}, body_hash,
                                    names_from_json(text_of(rendering_.getColumn(1))));
    rendering_.reset();
    renderings_.insert_or_assign(std::string{hash}, body);
    if (renderings_.size() >= sweep_at_) {
        std::erase_if(renderings_, [](const auto& each) { return each.second.expired(); });
        sweep_at_ = 2 * renderings_.size() + 64;
    }
    return body;
}

} // namespace edgeconf::file
