// The fleet model behind the provider ABI: what a bundled provider hands to ecp::table. Parses bodies,
// asks the model, turns its outcomes into statuses, and answers once what has changed is stored; holds no
// meaning of its own.
#pragma once

#include "fleet/departures.hpp"
#include "fleet/desired_state.hpp"
#include "fleet/health_report.hpp"
#include "fleet/held_answers.hpp"
#include "fleet/manifest_watch.hpp"
#include "fleet/model.hpp"
#include "fleet/objects.hpp"
#include "fleet/provider_settings.hpp"
#include "fleet/shared_store.hpp"
#include "fleet/store.hpp"
#include "fleet/task_thread.hpp"
#include "fleet/upload.hpp"

#include <boost/json/array.hpp>
#include <ecp/provider.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace edgeconf::fleet {

// Threads as provider.h says for ECP_DISPATCH_NONBLOCKING and ECP_CONCURRENCY_ANY: device calls from any
// number of threads. Reads are answered before they return, from what is ready; writes are parsed where they
// come in and answered by the writer. Manifests are read by a thread of their own.
class provider {
public:
    // Reads the manifests as starting an instance does, and changes nothing.
    static void validate(std::string_view options, ecp::diagnostics& found);

    // A provider that keeps everything in memory. Loads the manifests. With an error in `found` the instance
    // is unusable.
    provider(ecp::host host, std::string_view options, ecp::diagnostics& found);

    // Also of one whose start has failed, and that was never stopped.
    ~provider();

    // Loads what is stored, and completes when every configuration is rendered. Where manifests had been
    // accepted before, those that cannot be read or are wrong now do not keep it from starting; nor does a
    // store that is away: until it has been loaded, nothing is answered but that.
    void start(ecp_op op);

    // Reads the manifests again and applies what has changed; devices keep all that they have told.
    void reconfigure(std::string_view options, ecp_op op);

    void stop(ecp_op op);

    void get_configuration(const ecp_request& request, ecp_op op);
    void enrol(const ecp_request& request, ecp_op op);
    void get_registration(const ecp_request& request, ecp_op op);
    void put_registration(const ecp_request& request, ecp_op op);
    void put_heartbeat(const ecp_request& request, ecp_op op);
    void get_playbooks(const ecp_request& request, ecp_op op);

    // Administration: accept-removals, export and import. Kinds come with the administration API.
    const void* get_extension(std::string_view id);
    void invoke(const ecp_resource_request& request, ecp_op op);

protected:
    static void validate_as(const provider_kind& kind, std::string_view options, ecp::diagnostics& found);
    provider(ecp::host host, std::string_view options, provider_kind kind, ecp::diagnostics& found);

private:
    static constexpr auto tick = std::chrono::seconds{1};

    struct gauge {
        std::size_t fleet_counts::*value;
        std::uint32_t metric;
    };

    struct waiting {
        ecp_op op;
        std::function<void()> done;
    };

    // ---- any thread

    void called(const device_entry& entry);
    void heard(const device_entry& entry, ecp_op op);
    static ecp::reply given_up();
    static const ecp::reply& contested();
    bool refused(ecp_op op);   // true if nothing can be written: then `op` is answered
    bool is_absent(ecp_op op); // true if nothing was loaded yet: then `op` is answered

    // Hands what `read` makes of the request's body to `act`, or answers `op` with what is wrong with it.
    template <class Read, class Act>
    void with_body(const ecp_request& request, ecp_op op, Read read, Act act);
    // On the writer: `task()`, which answers `op` itself, through answer() or apply(). Where it cannot, `op`
    // is told; 0: nobody is.
    template <class Task>
    void write(ecp_op op, Task task);

    // ---- the writer's

    // Around everything that changes the model.
    void change(const std::function<void()>& task);
    void give_up(std::string_view why); // nothing is changed or stored any more
    bool work();
    void apply(const object_changes& changes, ecp_op op, std::function<void()> done);
    // Calls `done` when all is rendered. Should that never be, `op` is told; 0: nobody is.
    void when_idle(ecp_op op, std::function<void()> done);
    void refresh_figures();

    std::unique_ptr<model> make_model() const;
    void begin(ecp_op op);
    void begin_again();
    void wait_for_store(std::string why);
    void present();
    void restore();
    void answer(ecp_op op, std::string_view device, const ecp::reply& reply);
    void commits_are(const commit_settings& settings);
    void keep_files(manifest_reading& read);
    bool has_to_commit() const;
    void commit_soon();
    void commit();
    void save(const std::vector<heard_device>& noted);
    void store_failed(std::string_view why);
    void recover();
    void tend();

    // Of a store that is shared.
    void follow();
    void take_news();
    void tell_departures();
    std::optional<std::size_t> accept_departures();
    void show_following();

    // ---- the manifests' reader's

    using taken_over = std::function<void(const manifest_reading&)>;

    manifest_reading read_wanted(const provider_settings& wanted);
    // Reads them and has them taken over, unless something is wrong; then `op`, or the log alone where it is
    // 0, is told. Without settings the present ones stay.
    void read_manifests(std::optional<provider_settings> settings, ecp_op op, bool accept_removals,
                        const taken_over& done);
    void take_over(manifest_reading read, std::optional<provider_settings> settings, ecp_op op,
                   const taken_over& done);
    void settle_on(const provider_settings& settings);
    void read_first_manifests(ecp_op op);
    void start_with_manifests(manifest_reading read, ecp_op op);
    void refuse(const manifest_reading& read, const provider_settings& wanted, ecp_op op);
    void hold(const manifest_reading& read, const provider_settings& wanted, ecp_op op, bool asked);
    void hold_elsewhere(const manifest_reading& read, const provider_settings& wanted, ecp_op op);
    bool is_held(const std::vector<object_key>& gone) const;
    bool was_told(const std::vector<object_key>& gone) const;
    void watch();
    void finish_reading(); // any thread but its own; that ends, and the one for large bodies
    void manifests_changed();
    void accept_removals(ecp_op op);
    void export_page(std::string_view from, ecp_op op);
    void import_part(std::string_view token, std::string_view bytes, ecp_op op);
    void import_fleet(imported_fleet fleet, ecp_op op);
    std::size_t adopt(const imported_fleet& fleet, boost::json::array& skipped);
    void note(event_type level, std::string reason, std::string text);

    void show_metrics();

    const ecp::host host_;
    const provider_kind kind_;
    const std::string options_;    // that it was made with
    std::unique_ptr<store> store_; // null: everything is kept in memory alone
    std::atomic<bool> absent_{
        false}; // nobody but the writer may touch store and model then: they are replaced
    std::atomic<bool> store_down_{false};
    std::atomic<bool> batched_{false}; // heartbeats are answered before they are stored
    std::atomic<bool> ignores_heartbeats_{false};
    std::atomic<bool> ends_{false};           // no news are taken any more
    std::atomic<bool> news_wait_{false};      // for the writer
    std::atomic<bool> manifests_wait_{false}; // for their reader
    kept_parts keeps_;                        // of the store
    heard_devices heard_;
    health_report health_;

    // The manifests' reader's, once started.
    provider_settings settings_;
    desired_state desired_;
    manifest_reading first_;         // the constructor's
    bool started_ = false;           // the first reading is taken over, or refused
    bool changed_meanwhile_ = false; // before that
    bool restored_ = false;          // something was stored at the start
    std::optional<manifest_watch> watch_;
    std::optional<upload> upload_;
    std::string told_; // what was last said of manifests that are not taken over
    // Removals that an administrator may accept, sorted: those of the first reading that was held, or of the
    // last one that was the answer to accept-removals. What else goes meanwhile is told, and not accepted
    // before it was such an answer: no reload widens them.
    std::vector<object_key> told_gone_;
    std::set<object_key> held_gone_; // that went while removals are held, told or not

    // The writer's.
    std::unique_ptr<model> model_;
    fleet_counts figures_; // as last shown
    std::vector<gauge> gauges_;
    std::vector<waiting> waiting_for_idle_;
    bool broken_ = false; // a change has failed halfway
    std::vector<held_answer> held_;
    std::unordered_map<std::uint32_t, unix_seconds> unsaved_heard_; // by number; of failed commits
    std::map<std::string, manifest_file> unsaved_files_;
    std::set<std::string> files_gone_;
    std::vector<stored_object> unsaved_objects_;
    bool loaded_ = false; // what is stored
    std::string told_absence_;
    std::set<std::string, std::less<>>
        overtaken_; // devices of which a change was dropped since the last commit
    departures departed_;
    std::optional<std::chrono::system_clock::time_point> away_since_; // the shared store
    bool commit_queued_ = false;
    std::chrono::milliseconds commit_within_{0};
    std::chrono::steady_clock::time_point last_commit_{};
    bool recovering_ = false; // from a failure on, until all of it is saved
    std::chrono::steady_clock::time_point next_recovery_{};
    std::chrono::seconds recovery_wait_{1};

    // Metrics.
    std::uint32_t rejected_ = 0;
    std::uint32_t held_removals_ = 0;
    std::uint32_t held_departures_ = 0;
    std::uint32_t store_age_ = 0;
    std::uint32_t left_out_ = 0;
    std::uint32_t commits_ = 0;
    std::uint32_t commit_failures_ = 0;
    std::uint32_t store_bytes_ = 0;

    task_thread writer_;       // changes the model
    task_thread large_bodies_; // reads what would hold up an I/O thread
    task_thread reader_;       // reads manifests
};

// The task goes by reference from there on: a copy would be one of the body.
template <class Task>
void provider::write(ecp_op op, Task task) {
    writer_.post([this, op, task = std::move(task)]() mutable {
        if (op == 0) return change(std::ref(task));
        if (broken_) return host_.complete(op, given_up());
        ecp::detail::guarded(host_, op, [&] { change(std::ref(task)); });
    });
}

} // namespace edgeconf::fleet
