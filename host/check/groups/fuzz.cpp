#include "check/groups/groups.hpp"

#include "check/hostile_bodies.hpp"
#include "check/instance.hpp"
#include "check/patience.hpp"
#include "check/prepared_options.hpp"
#include "check/readings.hpp"
#include "check/samples.hpp"
#include "check/trial.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace edgeconf::check {
namespace {

// All that happens to one instance is drawn by lot: with the seed of a report it happens again, as far as
// threads allow.
class random_life {
public:
    explicit random_life(trial& in) : in_{in}, one_{in} {}

    void live() {
        one_.run();
        for (const auto& id : known_and_unknown(in_, one_))
            for (auto& r : one_of_each(id))
                if (one_.has(r.op)) kinds_.push_back(std::move(r));
        if (kinds_.empty()) in_.skip("it has no call at all");
        const auto steps = 20 + in_.below(60);
        for (std::uint64_t i = 0; i < steps; ++i) step();
        // As a host does: what is open then is cancelled, some of it for the second time in vain.
        for (const auto op : std::exchange(uncancelled_, {})) one_.cancel(op);
        const auto stopped = one_.stop();
        for (const auto& [op, name] : all_) {
            const auto given = one_.wait_until(op, clock::now());
            if (!given)
                in_.fail("{} is not completed when stop is{}", name, story());
            else if (given->order > stopped.order)
                in_.fail("{} is completed after stop{}", name, story());
            if (in_.has_failed()) return;
        }
        one_.destroy();
    }

private:
    static constexpr std::size_t most_open = 100; // begun since all were waited for

    void step() {
        const auto lot = in_.below(100);
        if (lot < 70)
            begin();
        else if (lot < 85)
            cancel_one();
        else if (lot < 92)
            wait_for_all();
        else if (lot < 97)
            reconfigure();
        else
            one_.wait_until_called(clock::now() + std::chrono::milliseconds{in_.below(3)});
        if (uncancelled_.size() >= most_open) wait_for_all();
    }

    void begin() {
        auto r = kinds_[in_.below(kinds_.size())];
        switch (in_.below(8)) {
        case 0: r.time = {}; break;
        case 1: r.time = std::chrono::nanoseconds{1}; break;
        case 2: r.time = -std::chrono::seconds{1}; break;
        case 3: r.cancelled_on_arrival = true; break;
        default: break;
        }
        r.revoke_when_completed = in_.below(2) == 0;
        const auto op = one_.begin(r);
        all_.emplace_back(op, fmt::format("{} of {}", edgeconf::name(r.op), r.device_id));
        if (!r.cancelled_on_arrival) uncancelled_.push_back(op);
    }

    void cancel_one() {
        if (uncancelled_.empty()) return;
        const auto at = uncancelled_.begin() + static_cast<std::ptrdiff_t>(in_.below(uncancelled_.size()));
        one_.cancel(*at);
        uncancelled_.erase(at);
    }

    void wait_for_all() {
        const auto until = soon(in_);
        for (const auto& [op, name] : all_)
            if (!one_.wait_until(op, until))
                in_.give_up("{} is not completed within {:.3g} s{}", name, in_.about().patience.count(),
                            story());
        uncancelled_.clear();
    }

    void reconfigure() {
        if (one_.table().reconfigure == nullptr) return;
        ++reconfigured_;
        one_.reconfigure(prepared_options(in_, one_.table()));
    }

    std::string story() const {
        return fmt::format(
            "; {} calls were begun in this life, {} of them neither cancelled nor waited for, and it "
            "was reconfigured {} times",
            all_.size(), uncancelled_.size(), reconfigured_);
    }

    trial& in_;
    instance one_;
    std::vector<device_request> kinds_;
    std::vector<std::pair<ecp_op, std::string>> all_;
    std::vector<ecp_op> uncancelled_; // and not waited for since
    int reconfigured_ = 0;
};

void tell_misuses(trial& in) {
    for (const auto what : {misuse::completed_again, misuse::completed_unknown})
        for (const auto& m : stand_in_host::get().misuses(what)) in.fail("{}", m.text);
}

void schedule(trial& in) {
    constexpr int lives = 12;
    const auto enough = soon(in);
    for (int i = 0; i < lives && !in.has_failed() && clock::now() < enough; ++i) random_life{in}.live();
    tell_misuses(in);
}

void bodies(trial& in) {
    constexpr int rounds = 120;
    const auto enough = soon(in);
    instance one{in};
    one.run();
    std::vector<device_request> kinds;
    for (const auto& id : known_and_unknown(in, one))
        for (auto& r : one_of_each(id))
            if (one.has(r.op) && !r.body.empty()) kinds.push_back(std::move(r));
    if (kinds.empty()) in.skip("it has no call with a body");
    const auto send = [&](device_request r, std::string body) {
        r.body = std::move(body);
        r.revoke_when_completed = true;
        const auto given = one.call(r);
        const auto tell = [&](std::string_view fault) {
            in.give_up("{} of {}: {}; its body has {} bytes and begins with {}", edgeconf::name(r.op),
                       r.device_id, fault, r.body.size(), r.body.substr(0, 80));
        };
        if (!given.malformed.empty()) tell(given.malformed.front());
        if (!given.bad_texts.empty()) tell(given.bad_texts.front() + " is not UTF-8");
        if (!may_answer(r.op, given.status))
            tell("it is answered " + name_of(given.status) + ", which this call does not have");
    };
    for (const auto& r : kinds)
        for (auto& body : worst_bodies(r.body)) send(r, std::move(body));
    for (int i = 0; i < rounds && clock::now() < enough; ++i)
        for (const auto& r : kinds) send(r, hostile_body(in, r.body));
    one.wait_until_returned();
    one.stop();
    tell_misuses(in);
}

const std::array all{
    check{"fuzz.schedule",
          "Whatever comes in whatever order, calls, cancels, new options and the end, each call is completed "
          "once, "
          "before stop is.",
          "Nobody has thought of every order that a busy evening makes of it.",
          "docs/provider-abi.md, \"An operation's life\" and \"An instance's life\"",
          &schedule,
          {"shutdown.open", "life.reconfigure", "deadline.expired", "deadline.none", "completion.memory",
           "logging.flood"},
          std::chrono::seconds{60}},
    check{
        "fuzz.bodies",
        "Whatever JSON object a device sends is answered, with a status that the call has and in sound text.",
        "A device may be broken or in the wrong hands; what it sends must not end the host.",
        "ecp/provider.h, ecp_request: one JSON object, and no more is promised",
        &bodies,
        {"completion.memory", "completion.status", "completion.text", "logging.flood"},
        std::chrono::seconds{60}},
};

} // namespace

std::span<const check> fuzz_checks() { return all; }

} // namespace edgeconf::check
