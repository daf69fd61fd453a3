// What has changed is stored, and only then acknowledged and seen.
#include "fleet/provider.hpp"

#include "fleet/device_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace edgeconf::fleet {

namespace {

using clock = std::chrono::steady_clock;

// Between two attempts to get the store back. A disk is left in peace; who is asked over a network may be
// there again any time.
constexpr auto longest_wait = std::chrono::seconds{30};
constexpr auto longest_wait_for_others = std::chrono::seconds{5};
constexpr auto retry = std::chrono::seconds{5};

// What is stored, on its way into the model.
class restoring final : public store_visitor {
public:
    restoring(desired_state& desired, model& fleet, kept_parts keeps, bool shared, ecp::host host)
        : desired_{desired}, fleet_{fleet}, keeps_{keeps}, shared_{shared}, host_{host} {}

    void manifests(const manifest_file& file) override {
        found_ = true;
        files_.push_back(file);
    }
    void object(const stored_object& object) override {
        found_ = true;
        objects_.push_back(object);
    }
    void device(const stored_device& device) override {
        begin();
        try {
            shared_ ? void(fleet_.replace(device, device_part::all)) : fleet_.restore(device);
        } catch (const document_damaged& damage) {
            if (!shared_) {
                throw store_problem{
                    fmt::format("what is stored of the device {} is damaged: {}; restore a backup", device.id,
                                damage.what())};
            }
            // Anybody may have written that: one device is no reason to serve none.
            host_.log(ECP_LOG_WARN, fmt::format("what is stored of the device {} is not taken over: {}",
                                                device.id, damage.what()));
        }
        found_ = true;
    }
    void happened(const event& event) override { fleet_.restore(event); }

    // True if there was anything.
    bool finish() {
        begin();
        fleet_.remember_changes(keeps_);
        fleet_.apply(desired_.devices());
        return found_;
    }

private:
    // What devices refer to, before the first of them; the texts go, so that devices get their memory.
    void begin() {
        if (std::exchange(begun_, true)) return;
        desired_.restore(std::exchange(files_, {}), std::exchange(objects_, {}));
        fleet_.apply(desired_.without_devices());
    }

    desired_state& desired_;
    model& fleet_;
    const kept_parts keeps_;
    const bool shared_;
    const ecp::host host_;
    std::vector<manifest_file> files_;
    std::vector<stored_object> objects_;
    bool found_ = false;
    bool begun_ = false;
};

bool is_empty(const unsaved_changes& changes) {
    return changes.devices.empty() && changes.gone.empty() && changes.heard.empty() &&
           changes.events.empty() && changes.events_gone.empty() && changes.objects.empty() &&
           changes.objects_gone.empty() && changes.manifests.put.empty() && changes.manifests.removed.empty();
}

} // namespace

void provider::restore() {
    store_->open();
    const auto opened = store_->remarks().size();
    for (const auto& remark : store_->remarks()) host_.log(ECP_LOG_WARN, remark);
    restoring all{desired_, *model_, keeps_, store_->shared() != nullptr, host_};
    store_->load(all);
    for (auto i = opened; i < store_->remarks().size(); ++i) host_.log(ECP_LOG_INFO, store_->remarks()[i]);
    restored_ = all.finish();
    loaded_ = true;
    follow();
    std::error_code absent;
    std::filesystem::remove(store_->upload_file(), absent); // what a killed process left may hold Secrets
}

void provider::commits_are(const commit_settings& settings) {
    batched_ = settings.durability == durability::batched;
    commit_within_ = settings.within;
}

// The manifests that are accepted are stored as they were read.
void provider::keep_files(manifest_reading& read) {
    for (auto& path : read.files_gone) {
        unsaved_files_.erase(path);
        files_gone_.insert(std::move(path));
    }
    for (auto& file : read.files) {
        files_gone_.erase(file.path);
        unsaved_files_.insert_or_assign(file.path, std::move(file));
    }
}

bool provider::has_to_commit() const {
    if (!store_ || store_down_) return false;
    if (model_->has_unsaved_membership() || !unsaved_files_.empty() || !files_gone_.empty() ||
        !unsaved_objects_.empty()) {
        return true;
    }
    return !batched_ && model_->has_unsaved();
}

void provider::answer(ecp_op op, std::string_view device, const ecp::reply& reply) {
    if (!store_ || (batched_ && !model_->has_unsaved_membership(device))) return host_.complete(op, reply);
    held_.push_back({op, reply, device});
    commit_soon();
}

// Tasks run in the order in which they came, so all that waits by now is in the same commit.
void provider::commit_soon() {
    if (!std::exchange(commit_queued_, true)) writer_.post([this] { commit(); });
}

// The device asks again, and finds what the other one has written.
const ecp::reply& provider::contested() {
    static const auto reply =
        ecp::reply{ECP_UNAVAILABLE, "somebody else has changed the device meanwhile, or "
                                    "the store does not take it"}
            .retry_after(std::chrono::seconds{1});
    return reply;
}

void provider::commit() {
    commit_queued_ = false;
    last_commit_ = clock::now();
    const auto noted = heard_.take();
    if (!store_down_ && !broken_) {
        try {
            save(noted.devices);
        } catch (const std::exception& problem) { // whatever it is, somebody waits for an answer
            store_failed(problem.what());
        }
    }
    const bool stored = !store_down_ && !broken_;
    const auto refusal =
        broken_ ? given_up()
                : ecp::reply{ECP_UNAVAILABLE, "the store cannot be written at the moment"}.retry_after(retry);
    const auto overtaken = std::exchange(overtaken_, {});
    for (const auto& each : std::exchange(held_, {})) {
        const auto& reply = overtaken.contains(each.device) ? contested() : each.reply;
        host_.complete(each.op, stored ? reply : refusal);
    }
    for (const auto op : noted.waiting) host_.complete(op, stored ? ecp::reply{ECP_OK} : refusal);
    if (store_down_) {
        for (const auto& [number, at] : noted.devices) unsaved_heard_[number] = at;
    }
}

void provider::save(const std::vector<heard_device>& noted) {
    auto changes = model_->unsaved();
    std::vector<heard_device> heard; // the last of each device counts
    for (const auto& [number, at] : unsaved_heard_) heard.push_back({number, at});
    heard.insert(heard.end(), changes.heard.begin(), changes.heard.end());
    heard.insert(heard.end(), noted.begin(), noted.end());
    changes.heard = std::move(heard);
    for (const auto& [path, file] : unsaved_files_) changes.manifests.put.push_back(&file);
    for (const auto& each : unsaved_objects_) changes.objects.push_back(&each);
    changes.manifests.removed.assign(files_gone_.begin(), files_gone_.end());
    if (is_empty(changes)) return model_->saved(); // what there was has been dropped since
    store_->save(changes);
    if (auto* shared = store_->shared()) {
        const auto lost = shared->take_overtaken();
        overtaken_.insert(lost.begin(), lost.end());
        model_->saved({lost.begin(), lost.end()});
        if (!lost.empty()) take_news();
    } else {
        model_->saved();
    }
    unsaved_heard_.clear();
    unsaved_files_.clear();
    files_gone_.clear();
    unsaved_objects_.clear();
    host_.record(commits_, std::chrono::duration<double>(clock::now() - last_commit_).count());
}

// Nothing that is not stored is acknowledged or seen, and nothing more is taken on; what is in memory goes
// into the first commit that succeeds.
void provider::store_failed(std::string_view why) {
    host_.record(commit_failures_, 1);
    store_down_ = true;
    health_.set(trouble::store, fmt::format("nothing can be written: {}", why));
    if (std::exchange(recovering_, true)) return;
    next_recovery_ = clock::now();
    recovery_wait_ = std::chrono::seconds{1};
    host_.log(
        ECP_LOG_ERROR,
        fmt::format("nothing can be written, so that devices are told to try again; reads go on: {}", why));
    model_->note_source(event_type::warning, "store", "StoreFailed", why);
}

void provider::recover() {
    if (clock::now() < next_recovery_) return;
    next_recovery_ = clock::now() + recovery_wait_;
    const auto longest = store_->shared() != nullptr ? longest_wait_for_others : longest_wait;
    recovery_wait_ = std::min<std::chrono::seconds>(2 * recovery_wait_, longest);
    try {
        store_->recover();
    } catch (const std::exception& problem) {
        return store_failed(problem.what());
    }
    store_down_ = false;
    commit();
    if (store_down_) return; // a full disk can be read
    try {
        store_->tend(); // there may have been nothing to commit
    } catch (const std::exception& problem) {
        return store_failed(problem.what());
    }
    recovering_ = false;
    health_.clear(trouble::store);
    host_.log(ECP_LOG_INFO, "the store can be written again, and nothing that was acknowledged is missing");
    model_->note_source(event_type::normal, "store", "StoreRecovered", "can be written again");
    reader_.post([this] { manifests_changed(); });
}

void provider::tend() {
    show_following();
    if (store_down_ && !broken_) recover();
    if (store_down_ || broken_) return commit(); // which saves nothing, and lets nothing pile up
    try {
        store_->tend();
    } catch (const std::exception& problem) {
        return store_failed(problem.what());
    }
    const bool next_is_too_late = clock::now() + tick > last_commit_ + commit_within_;
    if (!batched_ || next_is_too_late) commit();
    if (const auto size = store_->size()) host_.record(store_bytes_, static_cast<double>(size));
}

} // namespace edgeconf::fleet
