// The provider's life, and the writer that changes the model.
#include "fleet/provider.hpp"

#include "fleet/missing_references.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

namespace edgeconf::fleet {

namespace {

constexpr std::string_view manifests_option = "/manifests";
constexpr std::size_t slice_steps = 64;
constexpr auto upload_patience = std::chrono::minutes{10};
constexpr auto longest_absence = std::chrono::seconds{15}; // between two attempts to load the store

void pass_on(const std::vector<finding>& findings, ecp::diagnostics& found) {
    for (const auto& each : findings) {
        if (each.level == severity::error) {
            found.error(manifests_option, each.text);
        } else {
            found.warn(manifests_option, each.text);
        }
    }
}

task_thread::failure_sink failures(ecp::host host) {
    return [host](std::string_view what) {
        host.log(ECP_LOG_ERROR, fmt::format("something in the background failed: {}", what));
    };
}

const provider_kind in_memory{
    [](std::string_view text) -> boost::system::result<provider_settings, option_problem> {
        auto chosen = read_options(text);
        if (!chosen) return chosen.error();
        provider_settings read;
        read.fleet = *std::move(chosen);
        return read;
    },
    [](std::string_view) { return std::unique_ptr<store>{}; }};

} // namespace

void provider::validate(std::string_view options, ecp::diagnostics& found) {
    validate_as(in_memory, options, found);
}

provider::provider(ecp::host host, std::string_view options, ecp::diagnostics& found)
    : provider{host, options, in_memory, found} {}

void provider::validate_as(const provider_kind& kind, std::string_view options, ecp::diagnostics& found) {
    const auto chosen = kind.read(options);
    if (!chosen) return found.error(chosen.error().pointer, chosen.error().what);
    const auto read = desired_state{}.read(chosen->fleet.manifests, false);
    pass_on(read.findings, found);
    if (!read.failed) pass_on(missing_references(read.objects), found);
}

// One that has a store reads its manifests when it starts: they are a change of what is stored.
provider::provider(ecp::host host, std::string_view options, provider_kind kind, ecp::diagnostics& found)
    : host_{host}, kind_{std::move(kind)}, options_{options}, health_{host}, model_{make_model()},
      writer_{[this] { return work(); }, failures(host)},
      large_bodies_{[] { return false; }, failures(host)}, reader_{[] { return false; }, failures(host)} {
    auto chosen = kind_.read(options);
    if (!chosen) {
        found.error(chosen.error().pointer, chosen.error().what);
        return;
    }
    settings_ = *std::move(chosen);
    store_ = kind_.make_store(options);
    if (store_) keeps_ = store_->keeps();
    ignores_heartbeats_ = settings_.ignores_heartbeats;
    batched_ = settings_.commits.durability == durability::batched;
    if (store_) return;
    first_ = desired_.read(settings_.fleet.manifests, false);
    pass_on(first_.findings, found);
}

std::unique_ptr<model> provider::make_model() const {
    return std::make_unique<model>(kind_.now, [host = host_](const notice& each) {
        host.log(each.level == event_type::warning ? ECP_LOG_WARN : ECP_LOG_INFO, each.text,
                 {{"object", to_string(each.about)}});
    });
}

void provider::start(ecp_op op) {
    show_metrics();
    writer_.start();
    large_bodies_.start();
    reader_.start();
    reader_.every(std::chrono::minutes{1}, [this] {
        if (upload_) upload_->end_if_idle(upload_patience);
    });
    writer_.post([this, op] {
        writer_.every(tick, [this] {
            if (!loaded_ && store_) return begin_again();
            change([this] { model_->tick(); });
            if (store_) tend();
        });
        ecp::detail::guarded(host_, op, [this, op] {
            try {
                begin(op);
            } catch (const store_away& problem) {
                wait_for_store(problem.what());
                host_.complete(op, ecp::reply{ECP_OK});
            }
        });
    });
}

void provider::begin(ecp_op op) {
    change([this] {
        model_->configure(settings_.fleet.fleet);
        if (store_) restore();
        model_->tick(); // from here on it knows how time passes
    });
    reader_.post([this, op] { ecp::detail::guarded(host_, op, [this, op] { read_first_manifests(op); }); });
}

// With nothing of what an attempt before has loaded.
void provider::begin_again() {
    if (!absent_ || std::chrono::steady_clock::now() < next_recovery_) return;
    try {
        store_ = kind_.make_store(options_);
        model_ = make_model();
        desired_ = desired_state{};
        begin(0);
    } catch (const std::exception& problem) {
        wait_for_store(problem.what());
    }
}

void provider::wait_for_store(std::string why) {
    absent_ = true;
    next_recovery_ = std::chrono::steady_clock::now() + recovery_wait_;
    recovery_wait_ = std::min<std::chrono::seconds>(2 * recovery_wait_, longest_absence);
    health_.set(trouble::absent, fmt::format("the store cannot be loaded yet: {}", why));
    if (std::exchange(told_absence_, why) == why) return;
    host_.log(
        ECP_LOG_ERROR,
        fmt::format("the store cannot be loaded, so that nothing is answered until it can be: {}", why));
}

// All that was stored is there, and rendered.
void provider::present() {
    if (!absent_.exchange(false)) return;
    recovery_wait_ = std::chrono::seconds{1};
    health_.clear(trouble::absent);
}

provider::~provider() {
    finish_reading();
    writer_.finish(); // here, while all that its tasks refer to is there
    store_.reset();   // and whoever follows it
}

// A watch that is left waits for ever, and its thread with it.
void provider::finish_reading() {
    ends_ = true;
    large_bodies_.finish();
    reader_.post([this] {
        settings_.watches = false; // for what is still queued
        watch_.reset();
        upload_.reset();
    });
    reader_.finish();
}

void provider::stop(ecp_op op) {
    finish_reading();
    writer_.post([this] {
        if (loaded_) when_idle(0, [this] { commit(); });
    });
    writer_.finish();
    store_.reset();
    host_.complete(op, ecp::reply{ECP_OK});
}

void provider::show_metrics() {
    const auto show = [&](std::size_t fleet_counts::*value, std::string_view name, std::string_view help) {
        gauges_.push_back({value, host_.metric(ECP_METRIC_GAUGE, name, help)});
    };
    show(&fleet_counts::known, "devices_known", "Devices that are in.");
    show(&fleet_counts::pending, "devices_pending", "Devices that wait for approval.");
    show(&fleet_counts::denied, "devices_denied", "Devices that an administrator has declined.");
    show(&fleet_counts::removed, "devices_removed", "Devices that an administrator has removed.");
    show(&fleet_counts::offline, "devices_offline", "Known devices that have not been heard for too long.");
    show(&fleet_counts::not_polling, "devices_not_polling",
         "Known devices that send heartbeats and ask for no configuration: their certificate has expired.");
    show(&fleet_counts::unconfigured, "devices_unconfigured",
         "Known devices without a configuration to serve, because something that it refers to is missing.");
    show(&fleet_counts::stale, "devices_stale",
         "Known devices that keep their last good configuration, because something that the new one refers "
         "to is missing.");
    show(&fleet_counts::broken, "objects_broken",
         "Workloads and settings that refer to something that is missing.");
    rejected_ = host_.metric(ECP_METRIC_GAUGE, "manifests_rejected",
                             "1 while the manifests are wrong or cannot be read; the accepted ones stay.");
    held_removals_ = host_.metric(ECP_METRIC_GAUGE, "removals_held",
                                  "Objects gone from the manifests that are kept until that is accepted.");
    if (!store_) return;
    commits_ = host_.metric(ECP_METRIC_HISTOGRAM, "commit_seconds", "What commits to the store took.");
    commit_failures_ =
        host_.metric(ECP_METRIC_COUNTER, "commit_failures_total", "Commits to the store that failed.");
    if (!store_->shared()) {
        store_bytes_ = host_.metric(ECP_METRIC_GAUGE, "store_bytes", "What the store takes on disk.");
        return;
    }
    held_departures_ = host_.metric(ECP_METRIC_GAUGE, "departures_held",
                                    "Devices gone from the store that are kept until that is accepted.");
    store_age_ = host_.metric(ECP_METRIC_GAUGE, "store_age_seconds",
                              "How old is what is known of the store that others write to.");
    left_out_ = host_.metric(ECP_METRIC_GAUGE, "store_entries_left_out",
                             "What others wrote to the store that is wrong, and is not taken over.");
}

// ---- the writer's ----

// A change that ran out of memory halfway leaves the model in no known state. What is published is whole, so
// reads go on; nothing else does.
void provider::change(const std::function<void()>& task) {
    if (broken_) return;
    try {
        task();
    } catch (const std::bad_alloc&) {
        give_up("memory has run out");
        throw;
    }
    if (has_to_commit()) commit_soon();
}

void provider::give_up(std::string_view why) {
    broken_ = true;
    health_.set(trouble::model, fmt::format("{}; devices keep what they have until a restart", why));
}

ecp::reply provider::given_up() {
    return ecp::reply{ECP_UNAVAILABLE, "something has failed halfway before; restart"};
}

bool provider::work() {
    bool more = false;
    change([&] { more = model_->work(slice_steps); });
    if (more) return true;
    if (!broken_) refresh_figures();
    for (const auto& [op, done] : std::exchange(waiting_for_idle_, {})) {
        if (!broken_) {
            done();
        } else if (op != 0) {
            host_.complete(op, given_up());
        }
    }
    return false;
}

void provider::apply(const object_changes& changes, ecp_op op, std::function<void()> done) {
    model_->apply(changes);
    when_idle(op, std::move(done));
}

void provider::when_idle(ecp_op op, std::function<void()> done) {
    waiting_for_idle_.push_back({op, std::move(done)});
}

void provider::refresh_figures() {
    const auto before = std::exchange(figures_, model_->counts());
    for (const auto& [value, metric] : gauges_) {
        if (figures_.*value != before.*value) host_.record(metric, static_cast<double>(figures_.*value));
    }
    if (figures_.unconfigured == before.unconfigured && figures_.stale == before.stale) return;
    if (figures_.unconfigured == 0 && figures_.stale == 0) return health_.clear(trouble::references);
    health_.set(trouble::references,
                fmt::format("{} devices have no configuration to serve and {} keep an old one, because "
                            "something that theirs refer to is missing",
                            figures_.unconfigured, figures_.stale));
}

} // namespace edgeconf::fleet
