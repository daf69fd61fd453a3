// Devices written to the directory: one modification each, which the server refuses if anybody has changed
// since what it builds upon. Then the other one was faster: its entry is the device, and what was to be
// written is not.
#pragma once

#include "ldap/device_entries.hpp"
#include "ldap/device_form.hpp"
#include "ldap/device_index.hpp"
#include "ldap/session.hpp"
#include "ldap/settings.hpp"
#include "ldap/write_problems.hpp"

#include "fleet/store.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace edgeconf::ldap {

// What was not written.
struct write_outcome {
    std::vector<std::string> overtaken; // ids
    std::vector<entry> now;             // of these, as they are
    std::vector<entry_id> gone;         // their entry is
    std::vector<std::string> refused;   // ids; of those that have no entry, or never had one that was seen
};

// One thread at a time, but for problems(). All may throw directory_problem, after which anything may have
// been written; the same again writes what is missing.
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

    // What the server does not take, by DN, until it does: of a device that it has, the device's; of new
    // ones, their parent's. Any thread.
    std::map<std::string, std::string> problems() const { return problems_.by_dn(); }

private:
    using clock = std::chrono::steady_clock;

    struct device_write {
        std::string id;
        std::uint32_t number = 0;
        device_attributes attributes; // given_document empty: given is what it was
        revision upon;                // what the entry was when this was put off
    };

    void remove_some(session& over, write_outcome& out);
    std::optional<write_request> removal_of(known_device& device, session& over, write_outcome& out);
    void removed(session& over, const std::string& id, const write_request& request,
                 const write_result& result, bool others_are_written, write_outcome& out);

    device_write make(const fleet::device_record& device) const;
    bool is_news(const device_write& write, bool membership);
    bool may_wait(const known_device* known, bool membership) const;
    void put_off(device_write&& write, const revision& upon);
    void write(session& over, std::vector<device_write> devices, write_outcome& out);
    std::vector<device_write> attempt(session& over, std::vector<device_write> devices, write_outcome& out);
    std::optional<write_request> request_for(session& over, const device_write& device, write_outcome& out);
    bool takes_others(session& over, const std::vector<write_result>& results,
                      const std::vector<std::string>& without);
    std::string objection(const device_write& device, const write_request& request);
    bool give(session& over, write_request& request, const device_write& device, write_outcome& out);
    void written(const device_write& device);
    bool may_retry(session& over, const device_write& device, const std::string& dn,
                   const write_result& failure, bool others_are_written, write_outcome& out);
    bool learns(const device_write& device, const entry& now);
    void refused(const device_write& device, std::optional<entry> now, const write_result& failure,
                 write_outcome& out);
    void no_entry(const device_write& device, const write_result& failure, write_outcome& out);
    static void overtaken(const device_write& device, entry&& now, write_outcome& out);
    bool is_mapped(const std::string& id) const;

    const heartbeats heartbeats_;
    const std::chrono::seconds interval_;
    const std::string devices_base_;
    const std::uint64_t writer_;
    device_entries& devices_;
    std::map<std::string, device_write> put_off_; // by id
    std::set<std::string> to_remove_;             // ids
    write_problems problems_;
};

} // namespace edgeconf::ldap
