// The connection that is written by: lost and found again without holding up who writes for long.
#pragma once

#include "ldap/deadline.hpp"
#include "ldap/session.hpp"
#include "ldap/settings.hpp"

#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <utility>

namespace edgeconf::ldap {

// Of several servers always the first that answers, so that all hosts write to the same one. One thread at a
// time. Its end waits for an attempt that is under way.
class kept_session {
public:
    // `time_for_all`: what work takes longer, however prompt each answer is, is not done over it.
    kept_session(connection_settings settings, std::chrono::milliseconds time_for_all)
        : settings_{std::move(settings)}, time_for_all_{time_for_all} {}

    // Connects. Throws directory_problem.
    session& open() { return session_.emplace(settings_); }

    // Does `work` over it: once more, over a new one, if it turns out to be lost, since it may have been cut
    // while nobody used it. Throws directory_problem; then some of the work may have been done.
    void use(const std::function<void(session&)>& work);

    // Whether there is one. If not, another thread is trying to get one, for as long as that takes.
    bool recover();

    // Why there is none.
    const std::string& problem() const noexcept { return problem_; }

private:
    void attempt(deadline until, const std::function<void(session&)>& work);
    void lose(const directory_problem& why);

    const connection_settings settings_;
    const std::chrono::milliseconds time_for_all_;
    std::optional<session> session_;
    std::string problem_ = "it is not connected yet";
    std::future<session> attempt_;
};

} // namespace edgeconf::ldap
