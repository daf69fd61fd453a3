#include "ldap/session.hpp"

#include "ldap/bind.hpp"
#include "ldap/connected_socket.hpp"
#include "ldap/ldap_handle.hpp"
#include "ldap/modifications.hpp"
#include "ldap/operation.hpp"
#include "ldap/paged_results.hpp"
#include "ldap/request_control.hpp"
#include "ldap/server_url.hpp"
#include "ldap/words.hpp"

#include <fmt/format.h>
#include <ldap.h>

#include <deque>

namespace edgeconf::ldap {
namespace {

// Of writes that are on their way at once.
constexpr std::size_t window = 32;

void start_tls(LDAP* connection, const std::string& host, deadline until) {
    int id = 0;
    const int code = ldap_start_tls(connection, nullptr, nullptr, &id);
    operation sent{connection, code, id};
    const auto answer = sent.next(until);
    const auto told = outcome_of(connection, answer.get());
    if (told.code != LDAP_SUCCESS)
        throw directory_problem{told.code, "refuses StartTLS: " + described(told.code, told.words)};
    secure(connection, host, until);
}

ldap_handle connected(const std::string& text, const connection_settings& settings) {
    std::string wrong;
    const auto url = parse_server_url(text, wrong);
    if (!url) throw directory_problem{LDAP_PARAM_ERROR, wrong};
    const auto until = after(settings.connect_timeout);
    auto made = make_handle(connect_to(*url, until, settings.operation_timeout), *url, settings.tls);
    if (url->scheme == url_scheme::ldaps)
        secure(made.get(), url->host, until);
    else if (url->scheme == url_scheme::ldap && settings.tls.start_tls)
        start_tls(made.get(), url->host, until);
    forbid_reconnecting(made.get());
    bind(made.get(), settings.bind, until);
    return made;
}

std::string_view remedy(int code) {
    switch (code) {
    case LDAP_SIZELIMIT_EXCEEDED:
    case LDAP_ADMINLIMIT_EXCEEDED:
        return "; the server's limits for who we bind as end the search: raise them (with OpenLDAP, `limits` "
               "with size=unlimited)";
    case LDAP_TIMELIMIT_EXCEEDED:
        return "; the server's time limit ends the search: raise it, or index the attributes of the filter";
    case LDAP_INSUFFICIENT_ACCESS: return "; the server's access rules do not let who we bind as do it";
    case LDAP_UNAVAILABLE_CRITICAL_EXTENSION: return "; the server has to know paged results (RFC 2696)";
    default: return "";
    }
}

void require_success(const outcome& told) {
    if (told.code == LDAP_SUCCESS) return;
    throw directory_problem{told.code, described(told.code, told.words).append(remedy(told.code))};
}

operation begin_search(LDAP* connection, const search_request& request, LDAPControl* page) {
    std::vector<char*> attributes;
    for (const auto& each : request.attributes) attributes.push_back(const_cast<char*>(each.c_str()));
    attributes.push_back(nullptr);
    LDAPControl* controls[] = {page, nullptr};
    int id = 0;
    const int code = ldap_search_ext(
        connection, request.base.c_str(), request.subtree ? LDAP_SCOPE_SUBTREE : LDAP_SCOPE_BASE,
        request.filter.c_str(), request.attributes.empty() ? nullptr : attributes.data(), 0, controls,
        nullptr, nullptr, LDAP_NO_LIMIT, &id);
    return {connection, code, id};
}

// The message that ends the search.
answer_message take_entries(LDAP* connection, operation& search, deadline until, const entry_sink& take) {
    for (;;) {
        auto next = search.next(until);
        const int type = ldap_msgtype(next.get());
        if (type == LDAP_RES_SEARCH_RESULT) return next;
        if (type == LDAP_RES_SEARCH_ENTRY) take(entry{connection, next.get()});
    }
}

// RFC 4528. Null without a filter.
request_control assertion(LDAP* connection, const std::string& filter) {
    if (filter.empty()) return nullptr;
    LDAPControl* raw = nullptr;
    const int code = ldap_create_assertion_control(connection, const_cast<char*>(filter.c_str()), 1, &raw);
    request_control made{raw};
    if (code != LDAP_SUCCESS) throw directory_problem{code, described(code, filter)};
    return made;
}

// Nothing as long as those that are on their way have to be written first.
std::optional<operation> begin_write(LDAP* connection, const write_request& request) {
    modifications changes{request.changes};
    const auto condition = assertion(connection, request.assertion);
    LDAPControl* controls[] = {condition.get(), nullptr};
    const auto* dn = request.dn.c_str();
    int id = 0;
    int code = LDAP_PARAM_ERROR;
    switch (request.is) {
    case write_request::kind::add:
        code = ldap_add_ext(connection, dn, changes.get(), controls, nullptr, &id);
        break;
    case write_request::kind::modify:
        code = ldap_modify_ext(connection, dn, changes.get(), controls, nullptr, &id);
        break;
    case write_request::kind::remove: code = ldap_delete_ext(connection, dn, controls, nullptr, &id); break;
    }
    if (code == LDAP_BUSY) return std::nullopt;
    return operation{connection, code, id};
}

} // namespace

struct session::state {
    ldap_handle connection;
    std::string url;
    std::size_t index = 0;
    std::chrono::milliseconds time{};
    bool is_lost = false;

    // What goes wrong is told with the URL and with what was done.
    template <class Work>
    auto run(std::string_view doing, const std::string& where, Work work) {
        try {
            if (is_lost) throw directory_problem{LDAP_SERVER_DOWN, "the connection was lost before"};
            return work(connection.get());
        } catch (const directory_problem& problem) {
            if (lost(problem)) {
                is_lost = true;
                cut(connection.get());
            }
            throw directory_problem{
                problem.code(),
                fmt::format("{}: {}{}{}: {}", url, doing, where.empty() ? "" : " ", where, problem.what())};
        }
    }
};

session::session(const connection_settings& settings, std::size_t first) {
    std::string tried;
    int code = LDAP_PARAM_ERROR;
    for (std::size_t i = 0; i < settings.urls.size(); ++i) {
        const auto index = (first + i) % settings.urls.size();
        const auto& url = settings.urls[index];
        try {
            auto connection = connected(url, settings);
            state_ = std::make_unique<state>(
                state{std::move(connection), url, index, settings.operation_timeout, false});
            return;
        } catch (const directory_problem& problem) {
            code = problem.code();
            tried.append(tried.empty() ? "" : "; ").append(url).append(": ").append(problem.what());
        }
    }
    throw directory_problem{code, tried.empty() ? "there is no URL of a directory" : tried};
}

session::~session() = default;
session::session(session&&) noexcept = default;
session& session::operator=(session&&) noexcept = default;

const std::string& session::url() const noexcept { return state_->url; }
std::size_t session::index() const noexcept { return state_->index; }
LDAP* session::handle() const noexcept { return state_->connection.get(); }

void session::search(const search_request& request, std::size_t page_size, const entry_sink& take) {
    std::string cookie;
    do search_page(request, page_size, cookie, take);
    while (!cookie.empty());
}

void session::search_page(const search_request& request, std::size_t page_size, std::string& cookie,
                          const entry_sink& take) {
    state_->run("search below", request.base, [&](LDAP* connection) {
        const auto until = after(state_->time);
        const auto page = page_request(connection, page_size, cookie);
        auto search = begin_search(connection, request, page.get());
        const auto last = take_entries(connection, search, until, take);
        require_success(outcome_of(connection, last.get()));
        cookie = next_page(connection, last.get());
    });
}

std::optional<entry> session::read(const std::string& dn, const std::vector<std::string>& attributes) {
    return state_->run("read", dn, [&](LDAP* connection) {
        std::optional<entry> found;
        auto search =
            begin_search(connection, {.base = dn, .subtree = false, .attributes = attributes}, nullptr);
        const auto last = take_entries(connection, search, after(state_->time),
                                       [&](entry&& only) { found = std::move(only); });
        const auto told = outcome_of(connection, last.get());
        if (told.code == LDAP_NO_SUCH_OBJECT) return std::optional<entry>{};
        require_success(told);
        return found;
    });
}

std::vector<write_result> session::write(std::span<const write_request> requests) {
    return state_->run("write", {}, [&](LDAP* connection) {
        struct sent {
            operation on_its_way;
            deadline until;
        };
        std::deque<sent> pending;
        std::vector<write_result> results;
        std::size_t begun = 0;
        while (results.size() < requests.size()) {
            while (begun < requests.size() && pending.size() < window) {
                auto next = begin_write(connection, requests[begun]);
                if (!next && pending.empty()) throw directory_problem{LDAP_TIMEOUT, "nothing can be sent"};
                if (!next) break;
                pending.push_back({std::move(*next), after(state_->time)});
                ++begun;
            }
            const auto answer = pending.front().on_its_way.next(pending.front().until);
            const auto told = outcome_of(connection, answer.get());
            pending.pop_front();
            const bool done = told.code == LDAP_SUCCESS;
            results.push_back({told.code, done ? std::string{} : described(told.code, told.words)});
        }
        return results;
    });
}

void session::probe() {
    state_->run("probe", {}, [&](LDAP* connection) {
        auto search =
            begin_search(connection, {.base = {}, .subtree = false, .attributes = {LDAP_NO_ATTRS}}, nullptr);
        take_entries(connection, search, after(state_->time), [](entry&&) {});
    });
}

bool session::lost(const directory_problem& problem) noexcept {
    switch (problem.code()) {
    case LDAP_SERVER_DOWN:
    case LDAP_LOCAL_ERROR:
    case LDAP_DECODING_ERROR:
    case LDAP_TIMEOUT:
    case LDAP_NO_MEMORY:
    case LDAP_CONNECT_ERROR:
    case LDAP_UNAVAILABLE: return true; // the last: it is about to end
    default: return false;
    }
}

} // namespace edgeconf::ldap
