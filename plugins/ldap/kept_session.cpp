#include "ldap/kept_session.hpp"

#include <chrono>

namespace edgeconf::ldap {

namespace {

constexpr int not_connected = -1;
// A directory that is there answers within this; the writer can spare it.
constexpr std::chrono::milliseconds moment{100};

} // namespace

void kept_session::use(const std::function<void(session&)>& work) {
    const auto until = after(time_for_all_);
    try {
        attempt(until, work);
    } catch (const directory_problem& problem) {
        if (!session::lost(problem) || has_passed(until) || !recover()) throw;
        attempt(until, work);
    }
}

void kept_session::attempt(deadline until, const std::function<void(session&)>& work) {
    if (!session_) throw directory_problem{not_connected, problem_};
    session_->finish_by(until);
    try {
        work(*session_);
    } catch (const directory_problem& problem) {
        if (session::lost(problem)) lose(problem);
        throw;
    }
}

void kept_session::lose(const directory_problem& why) {
    problem_ = why.what();
    session_.reset();
}

bool kept_session::recover() {
    if (session_) return true;
    if (!attempt_.valid()) {
        attempt_ = std::async(std::launch::async, [settings = settings_] { return session{settings}; });
    }
    if (attempt_.wait_for(moment) != std::future_status::ready) return false;
    try {
        session_.emplace(attempt_.get());
        session_->probe(); // it may have been made a while ago
        return true;
    } catch (const directory_problem& problem) {
        lose(problem);
        return false;
    }
}

} // namespace edgeconf::ldap
