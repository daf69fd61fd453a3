#include "ldap/follower.hpp"

#include "ldap/backoff.hpp"
#include "ldap/pause.hpp"
#include "ldap/poll_feed.hpp"
#include "ldap/sync_feed.hpp"

#include "fleet/signals_blocked.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <ldap.h>

#include <optional>
#include <random>
#include <stop_token>
#include <thread>
#include <utility>

namespace edgeconf::ldap {

namespace {

// What servers say to a control that they do not know, or not here; and to what they take for nonsense.
bool is_refusal(const directory_problem& problem) {
    return problem.code() == LDAP_UNAVAILABLE_CRITICAL_EXTENSION ||
           problem.code() == LDAP_UNWILLING_TO_PERFORM || problem.code() == LDAP_PROTOCOL_ERROR;
}

} // namespace

class follower::implementation {
public:
    implementation(const settings& settings, followed_part part, follower_sink& sink)
        : settings_{settings}, part_{std::move(part)}, sink_{sink} {
        part_.attributes.insert(part_.attributes.end(), {"entryUUID", "modifyTimestamp"});
    }

    void load() {
        session_.emplace(settings_.connection);
        if (settings_.follow.by == following::poll)
            load_by_polling("the options say so");
        else
            load_by_sync();
    }

    void start() {
        const fleet::signals_blocked while_it_starts;
        thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    }

    std::string_view method() const noexcept { return method_; }

private:
    void load_by_sync() {
        try {
            feed_ = std::make_unique<sync_feed>(settings_, part_, sink_);
            feed_->refresh(*session_, {});
            method_ = "content synchronisation (RFC 4533)";
        } catch (const directory_problem& problem) {
            if (settings_.follow.by != following::automatic || !is_refusal(problem)) throw;
            session_.emplace(settings_.connection,
                             session_->index()); // the search may be going on in the old one
            load_by_polling(problem.what());
        }
    }

    void load_by_polling(std::string_view why) {
        feed_ = std::make_unique<poll_feed>(settings_, part_, sink_);
        feed_->refresh(*session_, {});
        method_ = fmt::format("polling every {}, and for entries that are gone every {}: {}",
                              settings_.follow.poll_interval, settings_.follow.deletion_interval, why);
    }

    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            try {
                if (!session_) connect(stop);
                feed_->follow(*session_, stop);
            } catch (const std::exception& problem) {
                if (session_) first_ = (session_->index() + 1) % settings_.connection.urls.size();
                session_.reset();
                sink_.cut_off(problem.what());
                pause(stop, backoff_.next());
            }
        }
    }

    void connect(const std::stop_token& stop) {
        session_.emplace(settings_.connection, first_);
        feed_->refresh(*session_, stop);
        backoff_.reset();
    }

    const settings& settings_;
    followed_part part_;
    follower_sink& sink_;
    std::optional<session> session_;
    std::unique_ptr<feed> feed_;
    std::string method_;
    std::size_t first_ = 0; // of the URLs: the one to begin with
    backoff backoff_{std::random_device{}()};
    std::jthread thread_; // last: it is joined before the rest goes
};

follower::follower(const settings& settings, followed_part part, follower_sink& sink)
    : implementation_{std::make_unique<implementation>(settings, std::move(part), sink)} {}

follower::~follower() = default;

void follower::load() { implementation_->load(); }

void follower::start() { implementation_->start(); }

std::string_view follower::method() const noexcept { return implementation_->method(); }

} // namespace edgeconf::ldap
