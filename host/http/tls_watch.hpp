// Looks after a tls_source and tells the operator: files that changed, files that do not fit, and what
// ends soon.
#pragma once

#include "http/tls_source.hpp"
#include "observe/log.hpp"

#include <map>

namespace edgeconf::http {

// For one thread at a time. Both references outlive it.
class tls_watch {
public:
    tls_watch(tls_source& source, observe::logger& log) : source_{source}, log_{log} {}

    // Takes files that changed. A reason not to is logged when it is a new one, or if somebody asked.
    void reload(bool asked);
    // Warns of what ends within 30, 7 and 1 days, and says when it has: each once.
    void warn_of_expiry(std::time_t now);

private:
    tls_source& source_;
    observe::logger& log_;
    std::string last_problem_;
    std::map<std::string, int> told_; // what ends, and how many of the thresholds it has passed
};

} // namespace edgeconf::http
