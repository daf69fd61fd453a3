#include "rest-proxy/cache.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace edgeconf::rest_proxy {
namespace {

// What a node of the list, one of the table and their allocations take besides the texts.
constexpr std::size_t device_overhead = 192;
constexpr std::size_t answer_overhead = 128;

} // namespace

std::size_t cache::answer::size() const noexcept {
    return answer_overhead + ns.size() + id.size() + kept->body.size() + kept->revision.size();
}

bool cache::answer::is_for(const cache_key& key) const noexcept {
    return what == key.what && ns == key.ns && id == key.device_id;
}

std::size_t cache::device::size() const noexcept {
    std::size_t sum = device_overhead + id.size();
    for (const auto& a : answers) sum += a.size();
    return sum;
}

cache::cache(const cache_settings& settings) {
    for (auto& in : parts_) in.by_id = table{0, hash_};
    configure(settings);
}

void cache::configure(const cache_settings& settings) {
    for (auto& in : parts_) {
        const std::lock_guard lock{in.mutex};
        in.settings = settings;
        make_room(in);
    }
}

cache::part& cache::part_of(std::string_view device_id) { return parts_[hash_(device_id) % parts]; }

std::uint64_t& cache::absent(part& in, std::string_view device_id) const {
    return in.absent[hash_(device_id) / parts % in.absent.size()];
}

cache::device* cache::touch(part& in, std::string_view device_id) {
    const auto found = in.by_id.find(device_id);
    if (found == in.by_id.end()) return nullptr;
    in.devices.splice(in.devices.begin(), in.devices, found->second);
    return &*found->second;
}

void cache::resize(part& in, std::size_t before, std::size_t after) {
    in.bytes = in.bytes - before + after;
    bytes_.fetch_add(after - before, std::memory_order_relaxed);
}

void cache::drop(part& in, std::list<device>::iterator which) {
    resize(in, which->size(), 0);
    // A call for it may be under way: its ticket must not fit whatever comes here next.
    auto& next = absent(in, which->id);
    next = std::max(next, which->generation) + 1;
    in.by_id.erase(which->id);
    in.devices.erase(which);
}

void cache::make_room(part& in) {
    while (in.bytes > in.settings.bytes / parts && !in.devices.empty()) drop(in, std::prev(in.devices.end()));
}

found_answer cache::find(const cache_key& key, clock::time_point now) {
    auto& in = part_of(key.device_id);
    const std::lock_guard lock{in.mutex};
    auto* d = touch(in, key.device_id);
    if (d == nullptr) return {};
    for (const auto& a : d->answers) {
        if (!a.is_for(key)) continue;
        const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now - a.fetched);
        if (!a.changed && age <= in.settings.ttl) return {freshness::fresh, a.kept, age};
        if (!a.changed && age <= in.settings.ttl + in.settings.revalidate)
            return {freshness::stale, a.kept, age};
        if (age <= in.settings.on_error) return {freshness::old, a.kept, age};
        return {};
    }
    return {};
}

std::uint64_t cache::ticket(std::string_view device_id) {
    auto& in = part_of(device_id);
    const std::lock_guard lock{in.mutex};
    const auto found = in.by_id.find(device_id);
    return found == in.by_id.end() ? absent(in, device_id) : found->second->generation;
}

void cache::put(const cache_key& key, std::uint64_t ticket, std::shared_ptr<const kept_answer> what,
                clock::time_point now) {
    auto& in = part_of(key.device_id);
    const std::lock_guard lock{in.mutex};
    auto* d = touch(in, key.device_id);
    if ((d == nullptr ? absent(in, key.device_id) : d->generation) != ticket) return;
    if (!has_room(in, key, *what)) return erase(in, key);
    if (d == nullptr) {
        in.devices.push_front({std::string{key.device_id}, ticket, {}});
        d = &in.devices.front();
        in.by_id.emplace(d->id, in.devices.begin());
        resize(in, 0, d->size());
    }
    const auto before = d->size();
    auto at =
        std::find_if(d->answers.begin(), d->answers.end(), [&](const answer& a) { return a.is_for(key); });
    if (at == d->answers.end()) {
        // A device is asked for in one namespace, and in `default` before that, by one spelling; more are a
        // client's play.
        static constexpr std::size_t most_answers = 8;
        if (d->answers.size() == most_answers) d->answers.erase(d->answers.begin());
        d->answers.push_back({key.what, std::string{key.ns}, std::string{key.device_id}, nullptr, {}, false});
        at = std::prev(d->answers.end());
    }
    at->kept = std::move(what);
    at->fetched = now;
    at->changed = false;
    std::rotate(at, std::next(at), d->answers.end()); // the oldest one in front
    // A device pays for itself before others do.
    while (d->size() > in.settings.bytes / parts) d->answers.erase(d->answers.begin());
    resize(in, before, d->size());
    make_room(in);
}

// An answer that fits by itself: for another one no device has to go.
bool cache::has_room(const part& in, const cache_key& key, const kept_answer& what) const {
    return device_overhead + answer_overhead + 2 * key.device_id.size() + key.ns.size() + what.body.size() +
               what.revision.size() <=
           in.settings.bytes / parts;
}

void cache::changed(std::string_view device_id) {
    auto& in = part_of(device_id);
    const std::lock_guard lock{in.mutex};
    const auto found = in.by_id.find(device_id);
    if (found == in.by_id.end()) {
        ++absent(in, device_id);
        return;
    }
    ++found->second->generation;
    for (auto& a : found->second->answers) a.changed = true;
}

// What is kept under the key; a device without any answer goes, too.
void cache::erase(part& in, const cache_key& key) {
    const auto found = in.by_id.find(key.device_id);
    if (found == in.by_id.end()) return;
    auto& d = *found->second;
    const auto before = d.size();
    std::erase_if(d.answers, [&](const answer& a) { return a.is_for(key); });
    resize(in, before, d.size());
    if (d.answers.empty()) drop(in, found->second);
}

void cache::forget(const cache_key& key) {
    auto& in = part_of(key.device_id);
    const std::lock_guard lock{in.mutex};
    const auto found = in.by_id.find(key.device_id);
    ++(found == in.by_id.end() ? absent(in, key.device_id) : found->second->generation);
    erase(in, key);
}

void cache::forget_device(std::string_view device_id) {
    auto& in = part_of(device_id);
    const std::lock_guard lock{in.mutex};
    const auto found = in.by_id.find(device_id);
    if (found == in.by_id.end())
        ++absent(in, device_id);
    else
        drop(in, found->second);
}

} // namespace edgeconf::rest_proxy
