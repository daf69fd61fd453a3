// One device as its own side has lived it: what it asked for, and what was acknowledged and so has to hold,
// whatever happens to the host.
#pragma once

#include "durability/discrepancies.hpp"
#include "support/device_key.hpp"
#include "support/edge_api_client.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace edgeconf::test {

// One thread at a time.
class device_story {
public:
    using clock = std::chrono::steady_clock;

    // With `by_manifest` it waits until an EdgeDevice names it, which offers it a playbook; otherwise a rule
    // lets it in.
    device_story(std::string id, std::string ns, bool by_manifest);

    const std::string& id() const noexcept { return id_; }
    bool by_manifest() const noexcept { return by_manifest_; }
    bool is_in() const noexcept { return is_enrolled_ && (!by_manifest_ || is_approved_); }
    bool is_registered() const noexcept { return is_registered_; }
    bool is_enrolled() const noexcept { return is_enrolled_; }

    // Each asks once and notes what is acknowledged. The status of the answer; throws if there is none.

    unsigned enrol(edge_api_client& host);
    unsigned put_registration(edge_api_client& host);
    // With news, or what was sent last once more.
    unsigned put_heartbeat(edge_api_client& host, bool news);
    unsigned get_configuration(edge_api_client& host);
    unsigned get_registration(edge_api_client& host);
    unsigned get_playbooks(edge_api_client& host);

    // An EdgeDevice that names it is there; acknowledged once it was taken over.
    void approval_asked() noexcept { approval_asked_ = true; }
    void approval_acknowledged() noexcept { is_approved_ = true; }

    // The host is gone, and with it what had time until now: heartbeats that were acknowledged after `safe`
    // may be lost.
    void host_died(clock::time_point safe);

    // Against what was exported of it, or nothing; what is stored has to stay from here on.
    discrepancies check_stored(const boost::json::value* exported);
    // Against what it is told.
    discrepancies check_answers(edge_api_client& host);

private:
    struct heard {
        unsigned number; // of the heartbeat
        std::int64_t at; // unix seconds, before it was sent
        clock::time_point acknowledged;
    };

    std::string hardware() const;
    std::string heartbeat(unsigned number) const;
    void check_status(const boost::json::value& exported, discrepancies& found);
    void complain(discrepancies& found, const std::string& what) const;

    std::string id_;
    std::string ns_;
    bool by_manifest_;
    device_key key_;

    bool is_enrolled_ = false;
    bool approval_asked_ = false;
    bool is_approved_ = false;
    bool is_registered_ = false;
    bool is_confirmed_ = false; // by a heartbeat: its key is its own
    unsigned sent_ = 0;         // heartbeats with news
    std::vector<heard> heard_;  // acknowledged
    std::string configuration_; // as last told; empty: it may have changed since
};

} // namespace edgeconf::test
