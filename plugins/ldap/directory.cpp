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

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

// A server that is not there comes back; one that refuses us does not change its mind by itself.
[[noreturn]] void fail_to_start(const directory_problem& problem) {
    if (session::lost(problem) || problem.code() == LDAP_BUSY) throw fleet::store_away{problem.what()};
    throw store_problem{problem.what()};
}

// All that is written at once may take so many times what one answer may: who waits for it has given up by
// then, and whoever comes is better refused than held up.
constexpr int answers_at_once = 20;

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
    : settings_{std::move(settings)}, writer_{fleet::random_seed()},
      session_{for_writing(settings_.connection), answers_at_once * settings_.connection.write_timeout},
      devices_{settings_, writer_}, device_writer_{settings_, devices_, writer_}, object_writer_{objects_base(
                                                                                      settings_.base)} {}

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
        auto& over = session_.open();
        if (!over.read(settings_.base, {"objectClass"})) {
            throw store_problem{
                fmt::format("the entry {} is not there, or may not be read by us: make it, or give "
                            "us the right to read it",
                            settings_.base)};
        }
        make_container(over, devices_base(settings_.base), "devices");
        make_container(over, objects_base(settings_.base), "objects");
    } catch (const directory_problem& problem) {
        fail_to_start(problem);
    }
}

void directory::make_container(session& over, const std::string& dn, const char* name) {
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
                noted_.put_object(std::move(each));
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
    noted_.announce(sinks_); // what has changed while all was loaded
    const auto start = [this](listener& from, directory_part part) {
        from.start({[this, part](entry&& now) { noted_.put(part, std::move(now)); },
                    [this, part](const entry_id& which) { noted_.gone(part, which); },
                    [this] { noted_.announce(sinks_); }});
    };
    if (inventory_) start(*inventory_, directory_part::inventory);
    start(*fleet_, directory_part::fleet);
}

void directory::take_news(fleet::news_visitor& to) {
    const auto changes = noted_.take();
    const bool can_read = read_anew();
    const auto failed = std::exchange(failed_, {});
    for (const auto& id : failed.refused) to.refused(id);
    for (const auto& which : failed.gone) devices_.take_gone(which, to);
    for (const auto& now : failed.now) devices_.take(now, true, to);
    for (const auto& each : changes) {
        const auto* now = std::get_if<entry>(&each.what);
        if (each.part == directory_part::inventory) {
            now != nullptr ? devices_.take_inventory(*now, to)
                           : devices_.take_inventory_gone(std::get<entry_id>(each.what), to);
        } else {
            now != nullptr ? devices_.take(*now, false, to)
                           : devices_.take_gone(std::get<entry_id>(each.what), to);
        }
    }
    if (can_read && devices_.has_to_read()) sinks_.devices();
}

// False if it cannot be done now, but by tend().
bool directory::read_anew() {
    auto dns = devices_.take_to_read(reads_at_once);
    if (dns.empty()) return true;
    std::vector<entry> read;
    try {
        session_.use([&](session& over) {
            read.clear();
            for (const auto& dn : dns) {
                if (auto now = over.read(dn, device_attribute_names())) read.push_back(*std::move(now));
            }
        });
    } catch (const directory_problem&) {
        devices_.read_later(std::move(dns));
        return false;
    }
    append(failed_.now, std::move(read));
    return true;
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
    wrong.merge(object_writer_.problems());
    made.left_out_count = wrong.size();
    if (wrong.empty()) return made;
    const auto& [dn, why] = *wrong.begin();
    made.left_out = fmt::format("{} entries are not taken over as they are: {}: {}", wrong.size(), dn, why);
    return made;
}

// ---- writing ----

// Returns who was overtaken. The model hears of all that was not written.
std::vector<std::string> directory::write(const writing& work) {
    write_outcome outcome;
    try {
        session_.use([&](session& over) {
            outcome.overtaken.clear(); // the rest is true whatever is written after it
            work(over, outcome);
        });
    } catch (const directory_problem& problem) {
        keep(std::move(outcome)); // or the next attempt would have to find out all of it again
        throw store_problem{problem.what()};
    }
    auto overtaken = std::move(outcome.overtaken);
    keep(std::move(outcome));
    return overtaken;
}

void directory::keep(write_outcome&& outcome) {
    append(failed_.now, std::move(outcome.now));
    append(failed_.gone, std::move(outcome.gone));
    append(failed_.refused, std::move(outcome.refused));
    if (!failed_.now.empty() || !failed_.gone.empty() || !failed_.refused.empty()) sinks_.devices();
}

void directory::save(const fleet::unsaved_changes& changes) {
    overtaken_ = write([&](session& over, write_outcome& out) {
        device_writer_.remove(over, changes.gone, out);
        object_writer_.add(over, changes.objects, [&] { return device_writer_.takes_writes(over); });
        device_writer_.save(over, changes.devices, out);
    });
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
    if (devices_.has_to_read()) sinks_.devices();
    if (!device_writer_.has_to_tend() && !devices_.overruled().has_to_take_back()) return;
    write([&](session& over, write_outcome& out) {
        device_writer_.tend(over, out);
        take_words_back(over);
    });
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
