#include "ldap/name_lookup.hpp"

#include "ldap/directory_problem.hpp"

#include <ldap.h>

#include <algorithm>
#include <list>
#include <mutex>
#include <utility>

namespace edgeconf::ldap {
namespace {

// What glibc's lookup thread reads and writes; it has to stay until that is done.
struct lookup {
    std::string host;
    std::string port;
    addrinfo hints{};
    gaicb request{};

    lookup(const std::string& of, unsigned on) : host{of}, port{std::to_string(on)} {
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = AI_NUMERICSERV;
        request.ar_name = host.c_str();
        request.ar_service = port.c_str();
        request.ar_request = &hints;
    }
    ~lookup() {
        if (request.ar_result != nullptr) freeaddrinfo(request.ar_result);
    }
};

// Of those that nobody waits for any more, the ones that are still under way.
void leave(std::unique_ptr<lookup> abandoned) {
    static std::mutex mutex;
    static auto& left = *new std::list<std::unique_ptr<lookup>>; // outlives the end of the process's statics
    const std::lock_guard lock{mutex};
    left.remove_if([](const auto& each) { return gai_error(&each->request) != EAI_INPROGRESS; });
    left.push_back(std::move(abandoned));
}

[[noreturn]] void fail(const std::string& host, int code) {
    throw directory_problem{LDAP_SERVER_DOWN, "no address for " + host + ": " + gai_strerror(code)};
}

} // namespace

addresses find_addresses(const std::string& host, unsigned port, deadline until) {
    auto asked = std::make_unique<lookup>(host, port);
    gaicb* const only[] = {&asked->request};
    gaicb* begun[] = {&asked->request};
    if (const int code = getaddrinfo_a(GAI_NOWAIT, begun, 1, nullptr); code != 0) fail(host, code);
    int state = EAI_INPROGRESS;
    while ((state = gai_error(&asked->request)) == EAI_INPROGRESS && left_until(until).count() > 0) {
        const auto left = as_timeval(left_until(until));
        const timespec wait{left.tv_sec, left.tv_usec * 1000};
        gai_suspend(only, 1, &wait);
    }
    if (state == EAI_INPROGRESS) {
        if (gai_cancel(&asked->request) == EAI_NOTCANCELED) leave(std::move(asked));
        throw directory_problem{LDAP_TIMEOUT, "the addresses of " + host + " were not found in time"};
    }
    if (state != 0) fail(host, state);
    return {std::exchange(asked->request.ar_result, nullptr), &freeaddrinfo};
}

} // namespace edgeconf::ldap
