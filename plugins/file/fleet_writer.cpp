#include "file/fleet_writer.hpp"

#include "file/connection.hpp"
#include "file/rendering_text.hpp"
#include "file/statement.hpp"

#include "fleet/device_document.hpp"

#include <SQLiteCpp/Transaction.h>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <sqlite3.h>

#include <chrono>
#include <string>
#include <string_view>

namespace edgeconf::file {

namespace {

using fleet::aspect;

constexpr int long_wal = 1'024; // pages: 4 MB

std::string_view bytes(const fleet::digest& hash) {
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::int64_t microseconds(std::chrono::system_clock::time_point at) {
    return std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
}

std::string names_as_json(const std::vector<std::string>& names) {
    return boost::json::serialize(boost::json::array(names.begin(), names.end()));
}

} // namespace

fleet_writer::fleet_writer(const std::filesystem::path& file, const sealing* key)
    : database_{open_for_writing(file, key)}, heard_{database_},
      count_commit_{database_, "UPDATE meta SET value = ?1 WHERE name = 'commits'"},
      remove_device_{database_, "DELETE FROM devices WHERE number = ?1"},
      put_membership_{database_, "INSERT INTO devices VALUES (?1, ?2, ?3) ON CONFLICT (number) DO UPDATE "
                                 "SET id = excluded.id, membership = excluded.membership"},
      add_heard_{database_, "INSERT OR IGNORE INTO heard VALUES (?1, 0)"},
      put_status_{database_, "INSERT INTO reported VALUES (?1, ?2) ON CONFLICT (number) DO UPDATE "
                             "SET status = excluded.status"},
      put_hardware_{database_, "INSERT INTO hardware VALUES (?1, ?2) ON CONFLICT (number) DO UPDATE "
                               "SET packed = excluded.packed"},
      remove_hardware_{database_, "DELETE FROM hardware WHERE number = ?1"},
      put_stale_{database_, "INSERT INTO stale VALUES (?1, ?2) ON CONFLICT (number) DO UPDATE "
                            "SET rendering = excluded.rendering"},
      remove_stale_{database_, "DELETE FROM stale WHERE number = ?1"},
      find_rendering_{database_, "SELECT id FROM renderings WHERE hash = mac(?1)"},
      add_rendering_{database_, "INSERT INTO renderings (hash, content, workloads) "
                                "VALUES (mac(?1), seal(?2, 'rendering', mac(?1)), ?3)"},
      remove_renderings_{database_, "DELETE FROM renderings WHERE NOT EXISTS "
                                    "(SELECT 1 FROM stale WHERE rendering = renderings.id)"},
      put_event_{database_,
                 "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
                 "ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, count = excluded.count, "
                 "last = excluded.last"},
      remove_event_{database_, "DELETE FROM events WHERE id = ?1"},
      put_object_{database_, "INSERT INTO objects VALUES (?1, ?2, ?3, seal(?4, 'object', ?1, ?2, ?3)) "
                             "ON CONFLICT (kind, ns, name) DO UPDATE SET text = excluded.text"},
      remove_object_{database_, "DELETE FROM objects WHERE kind = ?1 AND ns = ?2 AND name = ?3"},
      add_file_{database_,
                "INSERT INTO manifest_files (path, content) VALUES (?1, seal_hash(?2, 'manifest', ?1))"},
      add_file_object_{database_,
                       "INSERT INTO manifest_objects VALUES (?1, ?2, ?3, seal(?4, 'manifest', ?2, ?5))"},
      remove_file_{database_, "DELETE FROM manifest_files WHERE path = ?1"} {
    commits_ = database_.execAndGet("SELECT value FROM meta WHERE name = 'commits'").getInt64();
    const auto note_length = [](void* length, sqlite3*, const char*, int pages) {
        *static_cast<int*>(length) = pages;
        return SQLITE_OK;
    };
    sqlite3_wal_hook(database_.getHandle(), note_length, &pages_in_wal_);
    pages_in_wal_ = long_wal; // what it holds from before is not known
}

fleet_writer::~fleet_writer() { sqlite3_wal_hook(database_.getHandle(), nullptr, nullptr); }

void fleet_writer::save(const fleet::unsaved_changes& changes) {
    SQLite::Transaction transaction{database_, SQLite::TransactionBehavior::IMMEDIATE};
    const auto commit = commits_ + 1;
    remove_devices(changes);
    renderings_.clear();
    heard_now_.clear();
    bool renderings_matter = !changes.gone.empty();
    for (const auto& each : changes.devices) {
        save_device(each);
        renderings_matter |= has(each.device->unsaved, aspect::configuration);
    }
    if (renderings_matter) run(remove_renderings_);
    heard_now_.insert(heard_now_.end(), changes.heard.begin(), changes.heard.end());
    heard_.append(heard_now_, commit);
    save_events(changes);
    save_objects(changes);
    save_manifests(changes.manifests);
    run(count_commit_, commit);
    transaction.commit();
    commits_ = commit;
}

void fleet_writer::remove_devices(const fleet::unsaved_changes& changes) {
    for (const auto number : changes.gone) run(remove_device_, std::int64_t{number});
}

void fleet_writer::save_device(const fleet::device_update& update) {
    const auto& device = *update.device;
    const auto number = std::int64_t{device.number};
    if (has(device.unsaved, aspect::membership)) {
        run(put_membership_, number, device.id, fleet::membership_document(device));
        // After a restart the number may be that of one that is gone, of which the journal still speaks.
        if (run(add_heard_, number) != 0 && !heard_.empty()) heard_now_.push_back({device.number, 0});
    }
    if (has(device.unsaved, aspect::status)) run(put_status_, number, fleet::status_document(device));
    if (has(device.unsaved, aspect::hardware)) {
        if (device.hardware.known.empty()) {
            run(remove_hardware_, number);
        } else {
            run(put_hardware_, number, blob{device.hardware.known.bytes()});
        }
    }
    if (has(device.unsaved, aspect::configuration)) save_stale(update);
}

void fleet_writer::save_stale(const fleet::device_update& update) {
    const auto number = std::int64_t{update.device->number};
    if (update.stale == nullptr) {
        run(remove_stale_, number);
    } else {
        run(put_stale_, number, rendering(*update.stale));
    }
}

// Equal bodies need not be the same one, and the same one is asked for again and again.
std::int64_t fleet_writer::rendering(const fleet::shared_body& body) {
    const auto [known, is_new] = renderings_.try_emplace(&body, 0);
    if (!is_new) return known->second;
    start(find_rendering_, blob{bytes(body.hash)});
    if (find_rendering_.executeStep()) {
        known->second = find_rendering_.getColumn(0).getInt64();
    } else {
        run(add_rendering_, blob{bytes(body.hash)}, rendering_text(body.hash, content_of(body)),
            names_as_json(body.workloads));
        known->second = database_.getLastInsertRowid();
    }
    find_rendering_.reset();
    return known->second;
}

void fleet_writer::save_events(const fleet::unsaved_changes& changes) {
    for (const auto id : changes.events_gone) run(remove_event_, static_cast<std::int64_t>(id));
    for (const auto& each : changes.events) {
        const auto& [object, type, reason, message, source] = each.what;
        run(put_event_, static_cast<std::int64_t>(each.id), static_cast<std::int64_t>(each.sequence),
            std::string_view{type == fleet::event_type::warning ? "Warning" : "Normal"}, object.kind,
            object.ns, object.name, reason, message, source, static_cast<std::int64_t>(each.count),
            microseconds(each.first), microseconds(each.last));
    }
}

void fleet_writer::save_objects(const fleet::unsaved_changes& changes) {
    for (const auto& each : changes.objects_gone) {
        run(remove_object_, to_string(each.kind), each.name.ns, each.name.name);
    }
    for (const auto* each : changes.objects) {
        run(put_object_, to_string(each->key.kind), each->key.name.ns, each->key.name.name, each->text);
    }
}

void fleet_writer::save_manifests(const fleet::manifest_changes& changes) {
    for (const auto& path : changes.removed) run(remove_file_, path);
    for (const auto* file : changes.put) {
        if (!file->known) put_file(*file);
    }
}

void fleet_writer::put_file(const fleet::manifest_file& file) {
    run(remove_file_, file.path);
    run(add_file_, file.path, blob{file.content ? bytes(*file.content) : std::string_view{}});
    const auto id = database_.getLastInsertRowid();
    std::int64_t position = 0;
    for (const auto& each : file.objects) {
        run(add_file_object_, id, position++, std::int64_t{each.line}, each.text, file.path);
    }
}

void fleet_writer::tend() {
    heard_.fold_some();
    if (pages_in_wal_ >= long_wal && checkpoint(database_, checkpoint_kind::as_far_as_possible))
        pages_in_wal_ = 0;
}

} // namespace edgeconf::file
