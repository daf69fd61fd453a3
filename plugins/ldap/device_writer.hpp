// Devices written to the directory: one modification each, which the server refuses if anybody has changed
// since what it builds upon. Then the other one was faster: its entry is the device, and what was to be
// written is not. Here is which devices, and when.
#pragma once

#include "ldap/device_answers.hpp"
#include "ldap/device_entries.hpp"
#include "ldap/device_requests.hpp"
#include "ldap/session.hpp"
#include "ldap/settings.hpp"

#include "fleet/store.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace edgeconf::ldap {

// One thread at a time, but for problems(). All may throw directory_problem, after which anything may have
// been written; the same again writes what is missing, and what has had no answer.
class device_writer {
public:
    // `devices` lives longer. `writer` is this process in revisions.
    device_writer(const settings& settings, device_entries& devices, std::uint64_t writer);

    // Entries of devices that are forgotten, by number, unless somebody has changed one since, or no host has
    // ever written it: some at once, the rest by and by.
    void remove(session& over, const std::vector<std::uint32_t>& numbers, write_outcome& out);

    // Of each device what has to be in the directory; what heartbeats say only as `settings` has it.
    void save(session& over, const std::vector<fleet::device_update>& updates, write_outcome& out);

    // What heartbeats have said and is due, and what is still to be removed.
    void tend(session& over, write_outcome& out);
    bool has_to_tend() const noexcept { return !put_off_.empty() || !to_remove_.empty(); }

    // Whether the server takes what is written to any device: where something else cannot be written.
    bool takes_writes(session& over) const { return answers_.takes_others(over, {}); }

    // device_answers::problems(). Any thread.
    std::map<std::string, std::string> problems() const { return answers_.problems(); }

private:
    struct put_off_write {
        device_write what;
        revision upon; // what the entry was then
    };

    void remove_some(session& over, write_outcome& out);
    device_write make(const fleet::device_record& device) const;
    bool is_news(const device_write& write, bool membership);
    bool may_wait(const known_device* known, bool membership) const;
    void put_off(device_write&& write, const revision& upon);
    void write(session& over, std::vector<device_write> devices, write_outcome& out);
    std::vector<device_write> attempt(session& over, std::vector<device_write> devices,
                                      bool& others_were_written, write_outcome& out);

    const heartbeats heartbeats_;
    const std::chrono::seconds interval_;
    device_entries& devices_;
    device_requests requests_;
    device_answers answers_;
    std::map<std::string, put_off_write> put_off_; // by id
    std::set<std::string> to_remove_;              // ids
};

} // namespace edgeconf::ldap
