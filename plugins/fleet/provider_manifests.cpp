// Manifests read, judged and taken over.
#include "fleet/provider.hpp"

#include "fleet/store_answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace edgeconf::fleet {

namespace {

constexpr std::string_view manifests_option = "/manifests";
constexpr std::string_view source = "manifests";

std::string in_short(const std::vector<finding>& findings) {
    std::string first;
    std::size_t errors = 0;
    for (const auto& each : findings) {
        if (each.level != severity::error) continue;
        if (errors++ == 0) first = each.text;
    }
    return errors > 1 ? fmt::format("{} (and {} more)", first, errors - 1) : first;
}

std::string removal_words(const manifest_reading& read, const std::filesystem::path& manifests) {
    const auto what = read.mass_removals.empty()
                          ? fmt::format("{} of the objects that went before", read.gone.size())
                          : to_string(read.mass_removals);
    return fmt::format(
        "{} are gone from {}, too many at once for an edit; what was accepted before stays; if that is "
        "meant, accept it with `edgeconf provider reload --accept-removals`",
        what, manifests.empty() ? "the manifests" : manifests.string());
}

} // namespace

void provider::reconfigure(std::string_view options, ecp_op op) {
    if (is_absent(op)) return;
    reader_.post([this, op, text = std::string{options}] {
        ecp::detail::guarded(host_, op, [&] {
            auto wanted = kind_.read(text);
            if (!wanted) {
                ecp::reply refusal{ECP_INVALID, "the options do not fit; the old ones go on"};
                return host_.complete(op, refusal.detail(wanted.error().pointer, wanted.error().what));
            }
            if (wanted->store != settings_.store) {
                return host_.complete(
                    op, ecp::reply{ECP_INVALID, "only a restart changes where and how the fleet is kept"});
            }
            read_manifests(*std::move(wanted), op, false, [this, op](const manifest_reading& read) {
                host_.log(ECP_LOG_INFO, fmt::format("{} objects new or changed, {} gone",
                                                    read.changes.put.size(), read.changes.removed.size()));
                host_.complete(op, store_down_ ? taken_over_only() : ecp::reply{ECP_OK});
            });
        });
    });
}

// ---- the manifests' reader's ----

// Meanwhile the writer renders what was accepted before: taken over they are after that, so that each device
// has a last good configuration should they be broken (R30).
void provider::read_first_manifests(ecp_op op) {
    watch(); // before they are read: what changes meanwhile is seen
    auto read = std::make_shared<manifest_reading>(store_ ? read_wanted(settings_) : std::move(first_));
    write(op, [this, read, op] {
        when_idle(op, [this, read, op] {
            reader_.post([this, read, op] {
                ecp::detail::guarded(host_, op, [&] { start_with_manifests(std::move(*read), op); });
            });
        });
    });
}

// Where nothing was accepted before, there is nothing to go on with.
void provider::start_with_manifests(manifest_reading read, ecp_op op) {
    const auto started = [this, op](const manifest_reading&) {
        host_.log(ECP_LOG_INFO,
                  fmt::format("{} devices, {} of them without a configuration; {} wait for "
                              "approval, {} declined",
                              figures_.known, figures_.unconfigured, figures_.pending, figures_.denied));
        if (op != 0) host_.complete(op, ecp::reply{ECP_OK});
        present();
    };
    const bool usable = !read.failed && read.mass_removals.empty();
    if (!usable && !restored_) {
        watch_.reset();
        for (const auto& each : read.findings) host_.log(ECP_LOG_ERROR, each.text);
        if (op != 0) host_.complete(op, ecp::reply{ECP_INVALID, in_short(read.findings)});
        return;
    }
    if (usable) {
        take_over(std::move(read), std::nullopt, op, started);
    } else {
        read.failed ? refuse(read, settings_, 0) : hold(read, settings_, 0, false);
        write(op, [started] { started({}); });
    }
    started_ = true;
    if (changed_meanwhile_) manifests_changed();
}

void provider::manifests_changed() {
    changed_meanwhile_ = !started_; // the first reading is still to be taken over
    if (changed_meanwhile_) return;
    read_manifests(std::nullopt, 0, false, [this](const manifest_reading& read) {
        if (read.changes.empty()) return;
        host_.log(ECP_LOG_INFO, fmt::format("the manifests have changed: {} objects new or changed, {} gone",
                                            read.changes.put.size(), read.changes.removed.size()));
    });
}

// Files, or what a shared store has in their place.
manifest_reading provider::read_wanted(const provider_settings& wanted) {
    auto* shared = store_ ? store_->shared() : nullptr;
    return shared != nullptr ? desired_.judge(shared->manifests())
                             : desired_.read(wanted.fleet.manifests, store_ != nullptr);
}

void provider::read_manifests(std::optional<provider_settings> settings, ecp_op op, bool accept_removals,
                              const taken_over& done) {
    if (store_down_) {
        if (op == 0) return; // they are read again once it can be written
        return host_.complete(op, ecp::reply{ECP_UNAVAILABLE, "the store cannot be written at the moment"});
    }
    const auto& wanted = settings ? *settings : settings_;
    auto read = read_wanted(wanted);
    if (read.failed) return refuse(read, wanted, op);
    const bool accepted = accept_removals && was_told(read.gone);
    const bool elsewhere = wanted.fleet.manifests != settings_.fleet.manifests;
    const bool too_many = !read.mass_removals.empty() || (!elsewhere && is_held(read.gone));
    if (too_many && !accepted) {
        return elsewhere ? hold_elsewhere(read, wanted, op) : hold(read, wanted, op, accept_removals);
    }
    take_over(std::move(read), std::move(settings), op, done);
}

void provider::take_over(manifest_reading read, std::optional<provider_settings> settings, ecp_op op,
                         const taken_over& done) {
    health_.clear(trouble::manifests);
    health_.clear(trouble::removals);
    host_.record(rejected_, 0);
    host_.record(held_removals_, 0);
    told_.clear();
    told_gone_.clear();
    held_gone_.clear();
    for (const auto& each : read.findings) host_.log(ECP_LOG_WARN, each.text);
    desired_.accept(read);
    if (settings) settle_on(*settings);
    write(op, [this, op, read = std::move(read), settings = std::move(settings), done]() mutable {
        if (settings) {
            model_->configure(std::move(settings->fleet.fleet));
            commits_are(settings->commits);
            ignores_heartbeats_ = settings->ignores_heartbeats;
        }
        if (store_ && !store_->shared()) keep_files(read);
        const auto changes = std::make_shared<const manifest_reading>(std::move(read));
        apply(changes->changes, op, [done, changes] { done(*changes); });
    });
}

// A watch that stays has missed nothing. Behind a new one they have to be read once more.
void provider::settle_on(const provider_settings& settings) {
    const auto before = std::exchange(settings_, settings);
    const bool same =
        before.watches == settings.watches && before.fleet.manifests == settings.fleet.manifests;
    if (same) return;
    watch();
    if (watch_) reader_.post([this] { manifests_changed(); });
}

// The log has each of them once; who asked for the reading gets them all.
void provider::refuse(const manifest_reading& read, const provider_settings& wanted, ecp_op op) {
    const auto words = in_short(read.findings);
    if (std::exchange(told_, words) != words) {
        for (const auto& each : read.findings) {
            host_.log(each.level == severity::error ? ECP_LOG_ERROR : ECP_LOG_WARN, each.text);
        }
        note(event_type::warning, "ManifestsRejected", words);
    }
    health_.set(trouble::manifests,
                fmt::format("the manifests{} are not taken over; what was accepted before stays: {}",
                            wanted.fleet.manifests.empty() ? "" : " in " + wanted.fleet.manifests.string(),
                            words));
    health_.clear(trouble::removals);
    host_.record(rejected_, 1);
    host_.record(held_removals_, 0);
    if (op == 0) return;
    ecp::reply refusal{ECP_INVALID,
                       "the manifests are wrong or cannot be read; what was accepted before stays"};
    for (const auto& each : read.findings) {
        if (each.level == severity::error) refusal.detail(manifests_option, each.text);
    }
    host_.complete(op, refusal);
}

// Absence is never removal, and a folder that is unmounted or half synchronised looks like one that was
// emptied: devices that come back from it have lost labels that their hardware gave them.
void provider::hold(const manifest_reading& read, const provider_settings& wanted, ecp_op op, bool asked) {
    auto words = removal_words(read, wanted.fleet.manifests);
    if (std::exchange(told_, words) != words) {
        host_.log(ECP_LOG_WARN, words);
        note(event_type::warning, "RemovalsHeld", words);
    }
    health_.set(trouble::removals, words);
    health_.clear(trouble::manifests);
    host_.record(rejected_, 0);
    host_.record(held_removals_, static_cast<double>(read.gone.size()));
    held_gone_.insert(read.gone.begin(), read.gone.end());
    const bool first = told_gone_.empty();
    if (!first && !was_told(read.gone)) words = "more is gone than was held before: " + words;
    if (asked || first) told_gone_ = read.gone;
    if (op != 0) host_.complete(op, ecp::reply{ECP_PRECONDITION, words});
}

// Other manifests than those that removals are accepted for: who wants them is told, and nobody else.
void provider::hold_elsewhere(const manifest_reading& read, const provider_settings& wanted, ecp_op op) {
    host_.complete(op, ecp::reply{ECP_PRECONDITION, removal_words(read, wanted.fleet.manifests)});
}

// What comes back comes one by one: while some of what was held is gone, none of it goes.
bool provider::is_held(const std::vector<object_key>& gone) const {
    return std::any_of(gone.begin(), gone.end(),
                       [this](const auto& key) { return held_gone_.contains(key); });
}

bool provider::was_told(const std::vector<object_key>& gone) const {
    return std::includes(told_gone_.begin(), told_gone_.end(), gone.begin(), gone.end());
}

void provider::note(event_type level, std::string reason, std::string text) {
    writer_.post([this, level, reason = std::move(reason), text = std::move(text)] {
        change([&] { model_->note_source(level, source, reason, text); });
    });
}

void provider::watch() {
    watch_.reset();
    const auto& manifests = settings_.fleet.manifests;
    if (!settings_.watches || manifests.empty()) return;
    watch_.emplace(
        reader_.executor(), manifests, watch_times{}, [this] { manifests_changed(); },
        [this](std::string_view problem) {
            host_.log(ECP_LOG_WARN, fmt::format("changes of the manifests may be seen late: {}", problem));
        });
}

} // namespace edgeconf::fleet
