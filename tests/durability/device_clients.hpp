// Many devices at once, for as long as there is a host to talk to.
#pragma once

#include "durability/device_story.hpp"
#include "durability/durable_host.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace edgeconf::test {

// The manifests that the devices below live with: a rule lets those of `plant-1` in, those of `plant-2`
// need one of their own. Both run the workload `agent`, and `box` once their hardware is known.
void write_common_manifests(const durable_host& host);
inline constexpr std::string_view admission =
    "approval: rules\n    approval-rules: [{namespaces: [plant-1]}]";

// Devices by id, which stay from round to round.
class device_clients {
public:
    // What they do follows from `seed`, as far as threads allow.
    explicit device_clients(std::uint64_t seed) : seed_{seed} {}
    // Waits for the threads: the host has to be dead.
    ~device_clients();
    device_clients(const device_clients&) = delete;
    device_clients& operator=(const device_clients&) = delete;

    // Starts `threads` that act for devices, old and new, the first of them also for an administrator who
    // approves. They end when the host does.
    void start(const durable_host& host, unsigned threads);
    // From here on a 503 is no surprise where something is to be stored, or is one again.
    void writes_may_fail(bool may) noexcept { writes_may_fail_ = may; }
    // Wait until that many more writes were acknowledged, or refused with 503; false if all threads ended
    // before.
    bool wait_for_acknowledged(std::uint64_t more) const { return wait_for(acknowledged_, more); }
    bool wait_for_refused(std::uint64_t more) const { return wait_for(refused_, more); }
    // Waits for all threads, the host having died; see device_story::host_died(). What was answered in a way
    // in which a host in good health does not answer.
    discrepancies host_died(device_story::clock::time_point safe);

    // All of them against what is stored, and those that were active last, and some others, against what
    // they are told.
    discrepancies check(const durable_host& host);

    std::size_t size() const noexcept { return devices_.size(); }
    std::uint64_t acknowledged() const noexcept { return acknowledged_; } // writes
    std::uint64_t refused() const noexcept { return refused_; }

private:
    struct answered {
        unsigned status;
        bool is_write; // of a call that stores something
    };
    struct worker {
        std::thread thread{};
        std::vector<std::unique_ptr<device_story>> started{}; // new ones
        discrepancies surprises{};
    };

    bool wait_for(const std::atomic<std::uint64_t>& count, std::uint64_t more) const;
    void note(const answered& answer, const device_story& device, worker& self);
    static answered step(device_story& device, edge_api_client& host, std::uint64_t chance);
    void act(const durable_host& host, worker& self, unsigned number, std::uint64_t seed);

    std::uint64_t seed_;
    unsigned round_ = 0;
    std::vector<std::unique_ptr<device_story>> devices_; // each thread has every so-manieth of them
    std::size_t before_ = 0;                             // devices before the last round
    std::vector<std::unique_ptr<worker>> workers_;
    std::atomic<bool> writes_may_fail_{false};
    std::atomic<std::uint64_t> acknowledged_{0};
    std::atomic<std::uint64_t> refused_{0};
    std::atomic<unsigned> active_{0};
    std::atomic<std::uint64_t> news_{0}; // changes with both, for those who wait
};

} // namespace edgeconf::test
