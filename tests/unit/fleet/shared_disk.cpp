#include "shared_disk.hpp"

#include "fleet/device_document.hpp"
#include "fleet/encoding.hpp"

#include <optional>
#include <utility>

namespace edgeconf::fleet {

// Knows what it has seen of each entry: one that has changed since is not written.
class shared_disk_store final : public shared_store {
public:
    explicit shared_disk_store(shared_disk& disk) : disk_{disk} {}
    ~shared_disk_store() override {
        const std::lock_guard lock{disk_.calling_};
        disk_.sinks_ = {};
    }

    kept_parts keeps() const override { return disk_.keeps; }
    void open() override {}
    const std::vector<std::string>& remarks() const override { return remarks_; }

    void load(store_visitor& to) override {
        const std::lock_guard lock{disk_.mutex_};
        for (const auto& each : disk_.manifests_) to.manifests(each);
        for (const auto& [id, entry] : disk_.entries_) {
            auto& known = seen_[id];
            known = {++last_number_, entry.given, entry.told};
            to.device(as_stored(known.number, id, entry));
            if (disk_.away_) throw store_away{"the disk is away"};
        }
    }

    void save(const unsaved_changes& changes) override {
        std::unique_lock lock{disk_.mutex_};
        if (disk_.holds_) {
            disk_.waits_ = true;
            disk_.changed_.notify_all();
            disk_.changed_.wait(lock, [&] { return !disk_.holds_; });
            disk_.waits_ = false;
            disk_.changed_.notify_all();
        }
        if (disk_.fails_) throw store_problem{"the directory is away"};
        for (const auto number : changes.gone) remove(number);
        for (const auto& each : changes.devices) write(*each.device);
    }

    std::vector<std::string> take_overtaken() override { return std::exchange(overtaken_, {}); }

    void recover() override {
        const std::lock_guard lock{disk_.mutex_};
        if (disk_.fails_) throw store_problem{"the directory is away"};
    }
    void tend() override {}

    void follow(news_sinks sinks) override {
        const std::lock_guard lock{disk_.calling_};
        disk_.sinks_ = std::move(sinks);
    }

    void take_news(news_visitor& to) override {
        if (tell(to)) disk_.knock();
    }

    std::vector<manifest_file> manifests() override {
        const std::lock_guard lock{disk_.mutex_};
        return disk_.manifests_;
    }
    following_state state() override {
        const std::lock_guard lock{disk_.mutex_};
        return disk_.state_;
    }
    std::string page(std::string_view, store_visitor&, const std::function<bool()>&) override { return {}; }
    std::filesystem::path upload_file() const override { return {}; }
    std::uint64_t size() const override { return 0; }

private:
    struct version {
        std::uint32_t number = 0;
        std::uint64_t given = 0;
        std::uint64_t told = 0;
    };

    bool tell(news_visitor& to) { // true if there is more
        const std::lock_guard lock{disk_.mutex_};
        for (const auto& id : std::exchange(refused_, {})) to.refused(id);
        for (const auto& [id, entry] : disk_.entries_) {
            auto& known = seen_[id];
            const int part = (known.given != entry.given ? 1 : 0) + (known.told != entry.told ? 2 : 0);
            if (part == 0) continue;
            const auto number = to.device(as_stored(known.number, id, entry), static_cast<device_part>(part));
            known = {number, entry.given, entry.told};
        }
        std::erase_if(seen_, [&](const auto& each) {
            if (disk_.entries_.contains(each.first)) return false;
            to.gone(each.first);
            return true;
        });
        return disk_.is_restless_;
    }

    stored_device as_stored(std::uint32_t number, std::string_view id,
                            const shared_disk::entry& entry) const {
        return {number, id, entry.membership, entry.status, entry.hardware, 0, nullptr, disk_.keeps.times};
    }

    void remove(std::uint32_t number) {
        for (const auto& [id, known] : seen_) {
            if (known.number != number) continue;
            disk_.entries_.erase(id);
            seen_.erase(id);
            return;
        }
    }

    void write(const device_record& device) {
        if (disk_.refused_.contains(device.id)) {
            refused_.push_back(device.id);
            overtaken_.push_back(device.id);
            return;
        }
        auto& known = seen_[device.id];
        const auto there = disk_.entries_.find(device.id);
        const bool same = there == disk_.entries_.end()
                              ? known.given == 0
                              : known.given == there->second.given && known.told == there->second.told;
        if (!same) {
            known = {known.number, 0, 0}; // to be told as a whole
            return overtaken_.push_back(device.id);
        }
        auto& entry = disk_.entries_[device.id];
        if (has(device.unsaved, aspect::membership)) entry.membership = membership_document(device);
        if (has(device.unsaved, aspect::status)) entry.status = told_status_document(device);
        if (has(device.unsaved, aspect::hardware)) entry.hardware = device.hardware.known.bytes();
        entry.given = entry.told = ++disk_.changes_;
        known = {device.number, entry.given, entry.told};
    }

    shared_disk& disk_;
    std::map<std::string, version> seen_;
    std::vector<std::string> overtaken_;
    std::vector<std::string> refused_;
    std::vector<std::string> remarks_;
    std::uint32_t last_number_ = 0;
};

std::unique_ptr<store> shared_disk::make() { return std::make_unique<shared_disk_store>(*this); }

void shared_disk::change(const std::string& id, std::string_view membership, device_part part) {
    const std::lock_guard lock{mutex_};
    auto& changed = entries_[id];
    changed.membership = membership;
    const auto parts = static_cast<int>(part);
    if ((parts & static_cast<int>(device_part::given)) != 0) changed.given = ++changes_;
    if ((parts & static_cast<int>(device_part::told)) != 0) changed.told = ++changes_;
}

void shared_disk::write(const std::string& id, std::string_view membership, device_part part) {
    change(id, membership, part);
    knock();
}

void shared_disk::write_unnoticed(const std::string& id, std::string_view membership, device_part part) {
    change(id, membership, part);
}

void shared_disk::remove(const std::vector<std::string>& ids) {
    {
        const std::lock_guard lock{mutex_};
        for (const auto& each : ids) entries_.erase(each);
    }
    knock();
}

void shared_disk::write_manifests(std::vector<manifest_file> all) {
    {
        const std::lock_guard lock{mutex_};
        manifests_ = std::move(all);
    }
    const std::lock_guard lock{calling_};
    if (sinks_.manifests) sinks_.manifests();
}

void shared_disk::knock() {
    const std::lock_guard lock{calling_};
    if (sinks_.devices) sinks_.devices();
}

void shared_disk::is_away(bool away) {
    const std::lock_guard lock{mutex_};
    away_ = away;
}

void shared_disk::never_settles() {
    const std::lock_guard lock{mutex_};
    is_restless_ = true;
}

void shared_disk::fail(bool fails) {
    const std::lock_guard lock{mutex_};
    fails_ = fails;
}

void shared_disk::refuse(const std::string& id) {
    const std::lock_guard lock{mutex_};
    refused_.insert(id);
}

void shared_disk::is_followed(following_state state) {
    const std::lock_guard lock{mutex_};
    state_ = std::move(state);
}

void shared_disk::hold() {
    const std::lock_guard lock{mutex_};
    holds_ = true;
}

void shared_disk::release() {
    std::unique_lock lock{mutex_};
    holds_ = false;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !waits_; });
}

void shared_disk::await_held() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return waits_; });
}

bool shared_disk::has(const std::string& id) const {
    const std::lock_guard lock{mutex_};
    return entries_.contains(id);
}

shared_disk::entry shared_disk::content(const std::string& id) const {
    const std::lock_guard lock{mutex_};
    const auto found = entries_.find(id);
    return found == entries_.end() ? entry{} : found->second;
}

manifest_file stored_manifest(const std::string& path, const std::string& json) {
    return {path, sha256(json), false, {{1, json}}};
}

} // namespace edgeconf::fleet
