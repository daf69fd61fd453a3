#include "rest-proxy/provider.hpp"

#include "rest-proxy/read_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <utility>

namespace edgeconf::rest_proxy {
namespace {

void tell_problems(const fleet::option_problems& problems, ecp::diagnostics& found) {
    for (const auto& p : problems) found.error(p.pointer, p.what);
}

settings read_or_tell(std::string_view options, ecp::diagnostics& found) {
    fleet::option_problems problems;
    auto read = read_settings(options, problems);
    tell_problems(problems, found);
    return read;
}

clock::time_point deadline_of(const ecp_request& request) {
    if (request.deadline_ns == 0) return clock::time_point::max();
    return clock::time_point{std::chrono::nanoseconds{request.deadline_ns}}; // the host's clock is this one
}

outgoing outgoing_of(call what, const ecp_request& request) {
    return {what, std::string{ecp::view(request.ns)}, std::string{ecp::view(request.device_id)},
            std::string{ecp::view(request.body)}, std::string{ecp::view(request.trace)}};
}

} // namespace

void provider::validate(std::string_view options, ecp::diagnostics& found) { read_or_tell(options, found); }

provider::provider(ecp::host host, std::string_view options, ecp::diagnostics& found)
    : host_{host}, counted_{host}, settings_{read_or_tell(options, found)}, cache_{settings_.cache} {}

std::unique_ptr<provider::crew> provider::hire(const settings& from) {
    auto made = std::make_unique<crew>();
    made->states.resize(from.threads);
    for (std::size_t i = 0; i < from.threads; ++i) {
        made->engines.push_back(std::make_unique<engine>(
            host_, from, cache_, counted_,
            [this](bool is_bad, const std::string& line) {
                host_.log(is_bad ? ECP_LOG_WARN : ECP_LOG_INFO, line);
            },
            [this, of = made.get(), i](const upstreams_state& now) { states_are(*of, i, now); }));
    }
    return made;
}

void provider::start(ecp_op op) {
    auto hired = hire(settings_);
    const auto& engines = hired->engines;
    show(*hired);
    {
        const std::lock_guard lock{crew_mutex_};
        crew_ = std::move(hired);
    }
    const auto left = std::make_shared<std::atomic<std::size_t>>(engines.size());
    for (const auto& e : engines)
        e->when_looked([this, op, left] {
            if (--*left == 0) host_.complete(op, ecp::reply{ECP_OK});
        });
}

void provider::reconfigure(std::string_view options, ecp_op op) {
    fleet::option_problems problems;
    auto read = read_settings(options, problems);
    if (!problems.empty()) {
        ecp::reply told{ECP_INVALID, "the new options are wrong; the former ones stay"};
        for (const auto& p : problems) told.detail(p.pointer, p.what);
        return host_.complete(op, told);
    }
    auto hired = hire(read); // after this nothing fails
    settings_ = std::move(read);
    cache_.configure(settings_.cache);
    show(*hired);
    {
        const std::lock_guard lock{crew_mutex_};
        crew_.swap(hired);
    }
    for (auto& e : hired->engines) e->stop(false);
    host_.complete(op, ecp::reply{ECP_OK});
}

void provider::stop(ecp_op op) {
    std::unique_ptr<crew> last;
    {
        const std::lock_guard lock{crew_mutex_};
        last.swap(crew_);
    }
    if (last != nullptr)
        for (auto& e : last->engines) e->stop(true);
    host_.complete(op, ecp::reply{ECP_OK});
}

void provider::cancel(ecp_op op) {
    const std::lock_guard lock{crew_mutex_};
    if (crew_ == nullptr) return;
    for (auto& e : crew_->engines) e->cancel(op);
}

void provider::hand_over(incoming in) {
    const auto number = hash_(in.what.device_id);
    const std::lock_guard lock{crew_mutex_};
    if (crew_ != nullptr) return crew_->engines[number % crew_->engines.size()]->take(std::move(in));
    if (in.op != 0)
        host_.complete(in.op, ecp::reply{ECP_UNAVAILABLE, "the provider has not started, or stops"});
}

// True if `op` is answered.
bool provider::answer_from_cache(call what, const ecp_request& request, ecp_op op) {
    const auto kept = shape_of(what).kept;
    if (!kept) return false;
    const auto found =
        cache_.find({*kept, ecp::view(request.ns), ecp::view(request.device_id)}, clock::now());
    if (found.how != freshness::fresh && found.how != freshness::stale) {
        counted_.miss();
        return false;
    }
    found.how == freshness::fresh ? counted_.hit() : counted_.stale();
    // Before the answer: the request is the host's again after it.
    if (found.how == freshness::stale) hand_over({0, outgoing_of(what, request), {}, {}});
    host_.complete(op, ecp::reply{ECP_OK}.body(found.what->body).revision(found.what->revision));
    return true;
}

void provider::handle(call what, const ecp_request& request, ecp_op op) {
    if (!answer_from_cache(what, request, op))
        hand_over({op, outgoing_of(what, request), deadline_of(request), clock::now()});
}

void provider::states_are(crew& of, std::size_t number, const upstreams_state& state) {
    const std::lock_guard lock{states_mutex_};
    of.states[number] = state;
    if (shown_ == &of) show_health(of);
}

// From here on health is this one's, of which some may have been told already.
void provider::show(const crew& which) {
    const std::lock_guard lock{states_mutex_};
    shown_ = &which;
    show_health(which);
}

// DOWN where no engine has an upstream, DEGRADED where any misses one. Until each engine has looked, health
// stays what it was.
void provider::show_health(const crew& of) {
    const auto is_told = [](const upstreams_state& s) { return s.all != 0; };
    if (!std::all_of(of.states.begin(), of.states.end(), is_told)) return;
    const auto out = [](const upstreams_state& s) { return s.out != 0; };
    const auto down = [](const upstreams_state& s) { return s.out == s.all; };
    std::size_t connections = 0;
    std::size_t waiting = 0;
    std::size_t most_out = 0;
    for (const auto& s : of.states) {
        connections += s.connections;
        waiting += s.waiting;
        most_out = std::max(most_out, s.out);
    }
    counted_.pools(static_cast<double>(connections), static_cast<double>(waiting),
                   static_cast<double>(most_out));

    const auto first = std::find_if(of.states.begin(), of.states.end(), out);
    auto health = std::int32_t{ECP_HEALTH_OK};
    std::string reason;
    if (first != of.states.end()) {
        health =
            std::all_of(of.states.begin(), of.states.end(), down) ? ECP_HEALTH_DOWN : ECP_HEALTH_DEGRADED;
        reason = first->reason;
    }
    if (health == health_ && reason == reason_) return;
    health_ = health;
    reason_ = reason;
    host_.set_health(health, reason);
}

} // namespace edgeconf::rest_proxy
