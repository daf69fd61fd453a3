#include "ldap/name_lookup.hpp"

#include "ldap/directory_problem.hpp"

#include "fleet/signals_blocked.hpp"

#include <ldap.h>

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

namespace edgeconf::ldap {
namespace {

// What a lookup's thread shares with who waits for it.
struct lookup {
    std::mutex mutex;
    std::condition_variable ended;
    bool has_ended = false;
    int code = 0; // getaddrinfo's
    addresses found{nullptr, &freeaddrinfo};
};

int look_up(const std::string& host, unsigned port, int flags, addresses& found) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | flags;
    addrinfo* made = nullptr;
    const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &made);
    if (code == 0) found.reset(made);
    return code;
}

// getaddrinfo cannot be interrupted: it has a thread of its own, which nobody has to wait for.
void begin(const std::shared_ptr<lookup>& shared, const std::string& host, unsigned port) {
    const fleet::signals_blocked while_it_starts;
    try {
        std::thread{[shared, host, port] {
            addresses found{nullptr, &freeaddrinfo};
            const int code = look_up(host, port, 0, found);
            const std::lock_guard lock{shared->mutex};
            shared->code = code;
            shared->found = std::move(found);
            shared->has_ended = true;
            shared->ended.notify_one();
        }}.detach();
    } catch (const std::system_error&) {
        shared->code = EAI_AGAIN;
        shared->has_ended = true;
    }
}

} // namespace

addresses find_addresses(const std::string& host, unsigned port, deadline until) {
    addresses numeric{nullptr, &freeaddrinfo};
    if (look_up(host, port, AI_NUMERICHOST, numeric) == 0) return numeric;
    const auto shared = std::make_shared<lookup>();
    begin(shared, host, port);
    std::unique_lock lock{shared->mutex};
    if (!shared->ended.wait_until(lock, until, [&] { return shared->has_ended; }))
        throw directory_problem{LDAP_TIMEOUT, "the addresses of " + host + " were not found in time"};
    if (shared->code != 0)
        throw directory_problem{LDAP_SERVER_DOWN,
                                "no address for " + host + ": " + gai_strerror(shared->code)};
    return std::move(shared->found);
}

} // namespace edgeconf::ldap
