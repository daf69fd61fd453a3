#include "rest-proxy/upstreams.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace edgeconf::rest_proxy {
namespace {

namespace http = boost::beast::http;

// Less time than that is not worth another attempt.
constexpr milliseconds shortest_attempt{50};

// Parsing a longer body holds up all other devices: 8 MiB take 30 ms, and 400 ms where an upstream means it.
constexpr std::size_t inline_body = 32U << 10;

// However long a connection may take: a provider has to start.
constexpr milliseconds longest_look{5000};

std::string authority(const upstream_address& a) {
    if (!a.socket.empty()) return "localhost";
    const bool is_usual = a.port == (a.tls ? "443" : "80");
    const auto host = a.host.find(':') == std::string::npos ? a.host : "[" + a.host + "]";
    return is_usual ? host : host + ":" + a.port;
}

// On the thread for large answers, so with texts of its own.
awaitable<verdict> judge_large(call c, std::string device_id, upstream_answer given, std::stop_token closed) {
    if (closed.stop_requested()) co_return no_answer(ECP_UNAVAILABLE, "the provider stops");
    co_return judge(c, device_id, given);
}

} // namespace

upstreams::upstreams(asio::io_context& on, const settings& from, const figures& counted,
                     std::function<void(bool, const std::string&)> tell)
    : on_{on}, settings_{from}, counted_{counted}, tell_{std::move(tell)}, token_{from.bearer_token},
      budget_{from.retries.budget_percent}, looked_{on},
      // What a task throws comes back instead of its verdict.
      large_answers_{[] { return false; }, [](std::string_view) {}} {
    for (const auto& each : from.upstreams)
        members_.push_back({std::make_unique<upstream>(on, each, from), false, {}, false, {}, {}});
    large_answers_.start();
}

// The first of the best priority that is not tried yet and takes calls; among equals it goes round.
upstreams::choice upstreams::choose(const std::vector<const member*>& tried) {
    const auto now = clock::now();
    for (auto first = members_.begin(); first != members_.end();) {
        const auto priority = first->at->about().priority;
        const auto last = std::find_if(first, members_.end(),
                                       [&](const member& m) { return m.at->about().priority != priority; });
        const auto count = static_cast<std::size_t>(last - first);
        for (std::size_t i = 0; i < count; ++i) {
            auto& m = first[static_cast<std::ptrdiff_t>((turn_ + i) % count)];
            if (std::find(tried.begin(), tried.end(), &m) != tried.end()) continue;
            const auto as = m.at->breaker().admit(now);
            if (as == circuit_breaker::call::refused) continue;
            ++turn_;
            return {&m, as};
        }
        first = last;
    }
    return {};
}

// Whether one is left that choose() may come to.
bool upstreams::has_another(const std::vector<const member*>& tried) const {
    const auto now = clock::now();
    return std::any_of(members_.begin(), members_.end(), [&](const member& m) {
        return m.at->breaker().would_admit(now) && std::find(tried.begin(), tried.end(), &m) == tried.end();
    });
}

http_request upstreams::request_for(const outgoing& what) const {
    const auto& shape = shape_of(what.what);
    http_request request{http::string_to_verb({shape.method.data(), shape.method.size()}), "", 11};
    request.set(http::field::accept, "application/json");
    request.set(http::field::user_agent, "edgeconf-rest-proxy");
    if (!what.trace.empty()) request.set("traceparent", what.trace);
    if (!what.body.empty()) {
        request.set(http::field::content_type, "application/json");
        request.body() = what.body;
    }
    request.prepare_payload();
    return request;
}

awaitable<verdict> upstreams::attempt_at(choice chosen, http_request& request, const outgoing& what,
                                         bool has_next, clock::time_point until,
                                         const std::stop_token& unwanted, bool& was_sent) {
    auto& m = *chosen.which;
    auto& breaker = m.at->breaker();
    const auto& about = m.at->about();
    request.target(target_of(what.what, about.address.base, what.ns, what.device_id));
    request.set(http::field::host, authority(about.address));
    if (const auto& token = token_.current(); !token.empty()) request.set(http::field::authorization, token);
    for (const auto& h : settings_.headers) request.set(h.name, h.value);

    const auto began = clock::now();
    // One that says nothing must leave time for the next one.
    const auto mine = has_next ? began + (until - began) * 3 / 5 : until;
    counted_.attempt();
    attempt made;
    verdict given;
    try {
        made = co_await m.at->make(request, shape_of(what.what).repeatable, mine, unwanted);
        if (made.unwanted) {
            breaker.withdrawn(chosen.as);
            co_return no_answer(ECP_CANCELLED, "nobody waits for it any more");
        }
        counted_.took(std::chrono::duration<double>(clock::now() - began).count());
        if (made.answer) given = co_await judged(what, std::move(*made.answer));
        made.connection_in_use.reset();
    } catch (const std::exception& e) { // memory, most likely
        breaker.withdrawn(chosen.as);
        was_sent = true;
        co_return no_answer(ECP_INTERNAL, e.what());
    }
    const auto now = clock::now();
    was_sent = made.was_sent;

    if (made.answer) {
        if (!given.message.empty()) given.message += " (" + about.url + ")";
    } else {
        given = no_answer(made.queue_full  ? ECP_BUSY
                          : made.timed_out ? ECP_DEADLINE
                                           : ECP_UNAVAILABLE,
                          made.problem);
        given.is_fault = true;
    }
    if (made.queue_full || is_closed() || given.is_perhaps_the_call)
        breaker.withdrawn(chosen.as);
    else if (given.is_fault)
        breaker.failed(chosen.as, now);
    else
        breaker.succeeded(chosen.as, now);
    if (given.is_fault) {
        counted_.fault();
        m.fault = given.message;
        m.brief = given.brief;
    }
    note(m);
    co_return given;
}

awaitable<verdict> upstreams::ask(outgoing what, clock::time_point until, std::stop_token unwanted) {
    budget_.call();
    auto request = request_for(what);
    auto last = no_answer(ECP_UNAVAILABLE, "no upstream takes calls at the moment");
    last.is_fault = true;
    last.retry_after = settings_.breaker.open_time;
    std::vector<const member*> tried;
    bool token_renewed = false;
    bool has_asked = false; // in this round; where all had too much to do, it is no use to begin another one
    for (std::size_t n = 0; n < settings_.retries.attempts && !is_closed() && !unwanted.stop_requested();
         ++n) {
        auto chosen = choose(tried);
        if (chosen.which == nullptr && has_asked) { // all were tried: once more round
            tried.clear();
            has_asked = false;
            chosen = choose(tried);
        }
        if (chosen.which == nullptr) break;
        tried.push_back(chosen.which);
        bool was_sent = false;
        const bool has_next = n + 1 < settings_.retries.attempts && has_another(tried);
        const auto sent = token_.current();
        last = co_await attempt_at(chosen, request, what, has_next, until, unwanted, was_sent);
        has_asked = has_asked || last.status != ECP_BUSY;
        if (last.status == ECP_UNAUTHENTICATED && !token_renewed &&
            (token_.refresh() || token_.current() != sent)) {
            token_renewed = true;
            tried.clear();
            continue;
        }
        if (!last.is_fault) break;
        if (was_sent && !shape_of(what.what).repeatable) break;
        if (until - clock::now() < shortest_attempt) break;
        // What was not sent has put no load on anybody.
        if (was_sent && !budget_.take()) break;
        counted_.retry();
    }
    co_return last;
}

awaitable<verdict> upstreams::judged(const outgoing& what, upstream_answer given) {
    if (given.body.size() <= inline_body) co_return judge(what.what, what.device_id, given);
    auto task = judge_large(what.what, what.device_id, std::move(given), closed_.get_token());
    auto [thrown, verdict] = co_await asio::co_spawn(large_answers_.executor(), std::move(task), as_result);
    if (thrown) std::rethrow_exception(thrown);
    co_return std::move(verdict);
}

// Tells of an upstream that is given up or back.
void upstreams::note(member& m) {
    const bool is_open = m.at->breaker().now(clock::now()) != circuit_breaker::state::closed;
    if (std::exchange(m.was_open, is_open) == is_open || is_closed()) return;
    if (is_open) {
        counted_.opened();
        tell_(true, fmt::format("{} is left alone for {} s: too many calls have failed, the last one: {}",
                                m.at->about().url, settings_.breaker.open_time.count(), m.fault));
    } else {
        tell_(false, fmt::format("{} answers again", m.at->about().url));
    }
}

awaitable<void> upstreams::probe(member& m) {
    try {
        co_await m.at->probe();
    } catch (const std::exception& e) {
        tell_(true, fmt::format("{} could not be looked for: {}", m.at->about().url, e.what()));
    }
    m.probing = false;
    m.next_probe = clock::now() + settings_.breaker.open_time;
    if (--probing_ == 0) looked_.cancel();
}

awaitable<void> upstreams::look() {
    tend();
    looked_.expires_after(std::min<milliseconds>(settings_.connect_time * 2, longest_look));
    if (probing_ != 0) co_await looked_.async_wait(as_result);
}

void upstreams::tend() {
    const auto now = clock::now();
    for (auto& m : members_) {
        m.at->tend();
        // Nobody may ask for a long time; whether it is there should be known all the same.
        const bool is_out =
            m.at->breaker().now(now) != circuit_breaker::state::closed || !m.at->trouble().empty();
        if (const auto remark = m.at->take_remark(); !remark.empty()) tell_(true, remark);
        if (!is_out || m.probing || now < m.next_probe || is_closed()) continue;
        m.probing = true;
        ++probing_;
        asio::co_spawn(on_, probe(m), asio::detached);
    }
}

upstreams_state upstreams::state() const {
    upstreams_state made;
    const auto now = clock::now();
    for (const auto& m : members_) {
        ++made.all;
        made.connections += m.at->connections();
        made.waiting += m.at->waiting();
        if (m.at->breaker().now(now) != circuit_breaker::state::open && m.at->trouble().empty()) continue;
        if (made.out++ == 0)
            made.reason = m.at->trouble().empty()
                              ? fmt::format("{} is left alone for a while: {}", m.at->about().url, m.brief)
                              : m.at->trouble();
    }
    return made;
}

void upstreams::close() {
    closed_.request_stop();
    looked_.cancel();
    for (auto& m : members_) m.at->close();
}

} // namespace edgeconf::rest_proxy
