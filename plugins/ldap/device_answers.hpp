// What became of what was sent for a device. The entry tells: another writer was faster, and then it is the
// device as it is; or this process was, and never heard of it; or the server does not take the write.
#pragma once

#include "ldap/device_entries.hpp"
#include "ldap/device_requests.hpp"
#include "ldap/entry.hpp"
#include "ldap/session.hpp"
#include "ldap/write_problems.hpp"
#include "ldap/write_request.hpp"

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

// One thread at a time, but for problems(). What reads throws directory_problem.
class device_answers {
public:
    // `devices_base` is the DN below which devices are added; `devices` lives longer. `writer` is this
    // process in revisions.
    device_answers(const std::string& devices_base, device_entries& devices, std::uint64_t writer);

    // The entry is as was wanted.
    void written(const device_write& device);

    // Whether the server takes writes for others than `ids`: it is asked.
    bool takes_others(session& over, const std::vector<std::string>& ids) const;
    // The same if it has written none of `ids` and said this, and is asked only where that does not tell. At
    // first it is said not to: a full disk has to be noticed, and what was to be written then is kept.
    bool takes_others(session& over, const std::vector<std::string>& ids,
                      const std::vector<write_result>& failures);

    // The server has refused what was sent for the device at `dn`: true if it is worth another attempt, since
    // more is known of the entry now. `others_are_written`: it does take some writes. Throws
    // directory_problem, too, for what the server says of all writes.
    bool may_retry(session& over, const device_write& device, const std::string& dn,
                   const write_result& failure, bool others_are_written, write_outcome& out);

    // It is not to be written, and `now` is its entry.
    void not_written(const device_write& device, std::optional<entry> now, const std::string& why,
                     write_outcome& out);

    // Nor is one that another writer is too busy with.
    void contested(session& over, const device_write& device, write_outcome& out);

    // Of the removal of the device's entry at `dn`; else as may_retry().
    void removed(session& over, const std::string& id, const std::string& dn, const write_result& result,
                 bool others_are_written, write_outcome& out);

    // What the server does not take, by DN, until it does: of a device that it has, the device's; of new
    // ones, their parent's. Any thread.
    std::map<std::string, std::string> problems() const { return problems_.by_dn(); }

    // Of devices that others have removed.
    void forget_problems_of_gone();

private:
    bool learns(const device_write& device, const entry& now);
    void no_entry(const device_write& device, const std::string& why, write_outcome& out);

    const std::uint64_t writer_;
    device_entries& devices_;
    write_problems problems_;
    std::set<std::string> failed_once_; // ids; with nobody else's write to compare to
};

} // namespace edgeconf::ldap
