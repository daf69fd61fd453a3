#include "ldap/directory.hpp"

#include "ldap/device_form.hpp"
#include "ldap/escaping.hpp"
#include "ldap/object_form.hpp"
#include "ldap/schema_names.hpp"

#include "fleet/identity.hpp"

#include <fmt/format.h>

#include <ldap.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <system_error>

namespace edgeconf::ldap {

namespace {

using fleet::store_problem;

std::string objects_base(const std::string& base) { return "ou=objects," + base; }

// A folder that is nobody else's: what is uploaded may hold Secrets.
std::filesystem::path own_folder() {
    auto name = (std::filesystem::temp_directory_path() / "edgeconf-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
        throw store_problem{fmt::format("no folder for uploads can be made in {}: {}",
                                        std::filesystem::temp_directory_path().string(),
                                        std::system_category().message(errno))};
    }
    return name;
}

// Entries that are read one by one; what else there is to write or to answer comes between.
constexpr std::size_t reads_at_once = 50;

// Words that are taken back; the same.
constexpr std::size_t words_at_once = 100;

// A server that is not there comes back; one that refuses us does not change its mind by itself.
[[noreturn]] void fail_to_start(const directory_problem& problem) {
    if (session::lost(problem) || problem.code() == LDAP_BUSY) throw fleet::store_away{problem.what()};
    throw store_problem{problem.what()};
}

// Devices wait for what is written, and so does whatever else the writer has to do.
connection_settings for_writing(connection_settings settings) {
    settings.operation_timeout = settings.write_timeout;
    return settings;
}

followed_part fleet_part(const std::string& base) {
    auto attributes = device_attribute_names();
    for (const auto& each : object_attribute_names()) {
        if (std::find(attributes.begin(), attributes.end(), each) == attributes.end())
            attributes.push_back(each);
    }
    return {base,
            fmt::format("(|(objectClass={})(objectClass={})(objectClass={}))", names::device,
                        names::device_state, names::object),
            std::move(attributes)};
}

} // namespace

directory::directory(settings settings)
    : settings_{std::move(settings)}, writer_{fleet::random_seed()}, session_{for_writing(
                                                                         settings_.connection)},
      devices_{settings_, writer_}, device_writer_{settings_, devices_, writer_} {}

directory::~directory() {
    fleet_.reset();
    inventory_.reset();
    std::error_code gone;
    if (!upload_folder_.empty()) std::filesystem::remove_all(upload_folder_, gone);
}

// ---- the start ----

void directory::open() {
    upload_folder_ = own_folder();
    try {
        session_.open();
        if (!session_.get().read(settings_.base, {"objectClass"})) {
            throw store_problem{
                fmt::format("the entry {} is not there, or may not be read by us: make it, or give "
                            "us the right to read it",
                            settings_.base)};
        }
        make_container(devices_base(settings_.base), "devices");
        make_container(objects_base(settings_.base), "objects");
    } catch (const directory_problem& problem) {
        fail_to_start(problem);
    }
}

void directory::make_container(const std::string& dn, const char* name) {
    auto& over = session_.get();
    if (over.read(dn, {"objectClass"})) return;
    const write_request request{write_request::kind::add,
                                dn,
                                {{modification::kind::add, "objectClass", {"organizationalUnit"}},
                                 {modification::kind::add, "ou", {name}}},
                                {}};
    const auto result = over.write({&request, 1}).front();
    if (result.code == LDAP_SUCCESS) return remarks_.push_back(fmt::format("the entry {} was made", dn));
    if (result.code == LDAP_ALREADY_EXISTS && over.read(dn, {"objectClass"})) return;
    throw store_problem{
        fmt::format("the entry {} is not there and cannot be made by us: {}; make it", dn, result.what)};
}

void directory::load(fleet::store_visitor& to) {
    try {
        load_objects(to);
        if (settings_.mapping) {
            inventory_ = std::make_unique<listener>(settings_, devices_.mapped()->part());
            inventory_->load([this](entry&& each) { devices_.load_inventory(each); });
        }
        fleet_ = std::make_unique<listener>(settings_, fleet_part(settings_.base));
        fleet_->load([&](entry&& each) {
            if (each.is_a(names::object)) {
                objects_changed_ |= objects_.put(std::move(each));
            } else {
                devices_.load(each, to);
            }
        });
        devices_.finish_load(to);
        remarks_.push_back(fmt::format("follows the directory {}", fleet_->method()));
    } catch (const directory_problem& problem) {
        fail_to_start(problem);
    }
}

// Before any device, since configurations are made of them.
void directory::load_objects(fleet::store_visitor& to) {
    session reading{settings_.connection};
    reading.search(
        {settings_.base, true, fmt::format("(objectClass={})", names::object), object_attribute_names()},
        settings_.follow.page_size, [this](entry&& each) { objects_.put(std::move(each)); });
    if (const auto wrong = objects_.left_out(); !wrong.empty()) {
        const auto& [dn, why] = *wrong.begin();
        throw store_problem{fmt::format(
            "{} entries of objects cannot be used, and nothing was accepted before that could take "
            "their place: {}: {}",
            wrong.size(), dn, why)};
    }
    for (const auto& each : objects_.all()) to.manifests(each);
}

// ---- following ----

void directory::follow(fleet::news_sinks sinks) {
    sinks_ = std::move(sinks);
    const auto start = [this](listener& part, bool of_inventory) {
        part.start({[this, of_inventory](entry&& now) {
                        const bool is_object = !of_inventory && now.is_a(names::object);
                        if (is_object) {
                            const bool changed = objects_.put(std::move(now));
                            const std::lock_guard held{mutex_};
                            objects_changed_ |= changed;
                            return;
                        }
                        const std::lock_guard held{mutex_};
                        changes_.push_back({of_inventory, std::move(now)});
                    },
                    [this, of_inventory](const entry_id& which) {
                        const bool changed = !of_inventory && objects_.gone(which);
                        const std::lock_guard held{mutex_};
                        objects_changed_ |= changed;
                        changes_.push_back({of_inventory, which});
                    },
                    [this] {
                        bool objects = false;
                        bool devices = false;
                        {
                            const std::lock_guard held{mutex_};
                            objects = std::exchange(objects_changed_, false);
                            devices = !changes_.empty();
                        }
                        if (objects) sinks_.manifests();
                        if (devices) sinks_.devices();
                    }});
    };
    if (objects_changed_) sinks_.manifests();
    objects_changed_ = false;
    if (inventory_) start(*inventory_, true);
    start(*fleet_, false);
}

void directory::take_news(fleet::news_visitor& to) {
    std::vector<change> changes;
    {
        const std::lock_guard held{mutex_};
        changes.swap(changes_);
    }
    read_anew();
    const auto failed = std::exchange(failed_, {});
    for (const auto& id : failed.refused) to.refused(id);
    for (const auto& which : failed.gone) devices_.take_gone(which, to);
    for (const auto& now : failed.now) devices_.take(now, true, to);
    for (const auto& each : changes) {
        const auto* now = std::get_if<entry>(&each.what);
        if (each.of_inventory) {
            now != nullptr ? devices_.take_inventory(*now, to)
                           : devices_.take_inventory_gone(std::get<entry_id>(each.what), to);
        } else {
            now != nullptr ? devices_.take(*now, false, to)
                           : devices_.take_gone(std::get<entry_id>(each.what), to);
        }
    }
    if (devices_.has_to_read()) sinks_.devices();
}

void directory::read_anew() {
    for (const auto& dn : devices_.take_to_read(reads_at_once)) {
        try {
            if (auto now = session_.get().read(dn, device_attribute_names()))
                failed_.now.push_back(*std::move(now));
        } catch (const directory_problem& problem) {
            session_.lose(problem);
            return; // what is written next builds upon what was known, and is refused if that is old
        }
    }
}

fleet::following_state directory::state() {
    fleet::following_state made;
    const auto oldest = inventory_ ? std::min(fleet_->current(), inventory_->current()) : fleet_->current();
    made.age = std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now() - oldest);
    made.problem = fleet_->problem();
    if (made.problem.empty() && inventory_) made.problem = inventory_->problem();
    auto wrong = objects_.left_out();
    wrong.merge(devices_.left_out());
    wrong.merge(device_writer_.problems());
    {
        const std::lock_guard held{mutex_};
        wrong.insert(refused_objects_.begin(), refused_objects_.end());
    }
    made.left_out_count = wrong.size();
    if (wrong.empty()) return made;
    const auto& [dn, why] = *wrong.begin();
    made.left_out = fmt::format("{} entries are not taken over as they are: {}: {}", wrong.size(), dn, why);
    return made;
}

// ---- writing ----

// A connection that was cut while nobody used it is made anew, once.
template <class Action>
void directory::with_session(Action&& action) {
    try {
        try {
            action(session_.get());
        } catch (const directory_problem& problem) {
            if (!session::lost(problem)) throw;
            session_.lose(problem);
            if (!session_.recover()) throw;
            action(session_.get());
        }
    } catch (const directory_problem& problem) {
        if (session::lost(problem)) session_.lose(problem);
        throw store_problem{problem.what()};
    }
}

void directory::save(const fleet::unsaved_changes& changes) {
    with_session([&](session& over) {
        write_outcome outcome;
        device_writer_.remove(over, changes.gone, outcome);
        add_objects(over, changes.objects);
        device_writer_.save(over, changes.devices, outcome);
        overtaken_ = outcome.overtaken;
        keep(std::move(outcome));
    });
}

// What the server does not take of one object is that one's problem: it is here until a restart.
void directory::add_objects(session& over, const std::vector<const fleet::stored_object*>& objects) {
    std::vector<write_request> requests;
    for (const auto* each : objects) requests.push_back(object_to_add(*each, objects_base(settings_.base)));
    const auto results = over.write(requests);
    for (std::size_t i = 0; i < results.size(); ++i) {
        const auto code = results[i].code;
        if (code == LDAP_SUCCESS || code == LDAP_ALREADY_EXISTS) continue;
        if (code == LDAP_BUSY || code == LDAP_UNAVAILABLE) {
            throw directory_problem{code, fmt::format("{}: {}", requests[i].dn, results[i].what)};
        }
        const std::lock_guard held{mutex_};
        refused_objects_.insert_or_assign(requests[i].dn,
                                          fmt::format("cannot be added: {}", results[i].what));
    }
}

void directory::keep(write_outcome&& outcome) {
    const auto append = [](auto& to, auto& from) {
        to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    };
    append(failed_.now, outcome.now);
    append(failed_.gone, outcome.gone);
    append(failed_.refused, outcome.refused);
}

void directory::take_words_back(session& over) {
    const auto words = devices_.overruled().to_take_back(words_at_once);
    const auto kept = take_back(over, words);
    devices_.overruled().tried(words);
    for (const auto& each : kept) devices_.is_kept(each);
}

void directory::recover() {
    if (!session_.recover()) throw store_problem{session_.problem()};
}

void directory::tend() {
    if (!device_writer_.has_to_tend() && !devices_.overruled().has_to_take_back()) return;
    with_session([&](session& over) {
        write_outcome outcome;
        device_writer_.tend(over, outcome);
        keep(std::move(outcome));
        take_words_back(over);
    });
    if (!failed_.now.empty() || !failed_.gone.empty()) sinks_.devices();
}

// ---- export and import ----

std::string directory::page(std::string_view from, fleet::store_visitor& to,
                            const std::function<bool()>& enough) {
    try {
        if (!exporter_) exporter_ = std::make_unique<exporter>(settings_);
        return exporter_->page(from, objects_.all(), to, enough);
    } catch (const directory_problem& problem) {
        exporter_.reset();
        throw store_problem{problem.what()};
    }
}

std::filesystem::path directory::upload_file() const { return upload_folder_ / "upload"; }

} // namespace edgeconf::ldap
