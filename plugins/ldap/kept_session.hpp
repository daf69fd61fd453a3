// The connection that is written by: lost and found again without holding up who writes for long.
#pragma once

#include "ldap/session.hpp"
#include "ldap/settings.hpp"

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
    explicit kept_session(connection_settings settings) : settings_{std::move(settings)} {}

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
    void attempt(const std::function<void(session&)>& work);
    void lose(const directory_problem& why);

    const connection_settings settings_;
    std::optional<session> session_;
    std::string problem_ = "it is not connected yet";
    std::future<session> attempt_;
};

} // namespace edgeconf::ldap
