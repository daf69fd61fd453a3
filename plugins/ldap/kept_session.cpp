#include "ldap/kept_session.hpp"

#include <chrono>

namespace edgeconf::ldap {

namespace {

constexpr int not_connected = -1;
// A directory that is there answers within this; the writer can spare it.
constexpr std::chrono::milliseconds moment{100};

} // namespace

session& kept_session::get() {
    if (!session_) throw directory_problem{not_connected, problem_};
    return *session_;
}

void kept_session::lose(const directory_problem& why) {
    problem_ = why.what();
    if (!session_) return;
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
