#include "http/tls_watch.hpp"

#include "http/openssl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace edgeconf::http {

void tls_watch::reload(bool asked) {
    const auto taken = source_.reload();
    if (!taken) {
        const auto& reason = taken.error().detail;
        if (asked || reason != last_problem_)
            log_.error("the TLS files cannot be used; the former ones stay in use", {{"reason", reason}});
        last_problem_ = reason;
        return;
    }
    const bool was_bad = !std::exchange(last_problem_, {}).empty();
    if (*taken) {
        const auto expiries = source_.expiries();
        log_.info("new TLS files are in use",
                  {{"certificate", expiries.front().name}, {"expires", text_of(expiries.front().not_after)}});
    } else if (was_bad) {
        log_.info("the TLS files are again those that are in use");
    } else if (asked) {
        log_.info("the TLS files have not changed");
    }
}

void tls_watch::warn_of_expiry(std::time_t now) {
    static constexpr std::time_t day = 24L * 60 * 60;
    static constexpr std::array<std::time_t, 4> thresholds{30 * day, 7 * day, day, 0};
    std::map<std::string, int> told;
    for (const auto& e : source_.expiries()) {
        const auto left = e.not_after - now;
        const auto passed =
            static_cast<int>(std::count_if(thresholds.begin(), thresholds.end(),
                                           [left](std::time_t threshold) { return left <= threshold; }));
        const auto id = fmt::format("{}|{}|{}|{}", e.what, e.file.string(), e.name, e.not_after);
        const auto before = told_.find(id);
        if (passed > (before == told_.end() ? 0 : before->second)) {
            const std::array<observe::field, 4> fields{{{"what", e.what},
                                                        {"file", e.file.string()},
                                                        {"name", e.name},
                                                        {"expires", text_of(e.not_after)}}};
            if (left <= 0)
                log_.write(observe::level::error, "a TLS file has expired", fields);
            else
                log_.write(observe::level::warn, "a TLS file expires soon", fields);
        }
        told[id] = passed;
    }
    told_ = std::move(told);
}

} // namespace edgeconf::http
