#include "check/readings.hpp"

#include "check/patience.hpp"
#include "check/samples.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <utility>

namespace edgeconf::check {
namespace {

constexpr std::size_t longest_shown = 80;

// `from`: where the body begins to tell something.
std::string shown(const answer& a, compared what, std::size_t from = 0) {
    const auto text = (from == 0 ? "" : "...") + a.body.substr(from, longest_shown) +
                      (a.body.size() - from > longest_shown ? "..." : "");
    const auto revision = what == compared::body_and_revision && !a.revision.empty()
                              ? fmt::format(", revision {}", a.revision)
                              : std::string{};
    return fmt::format("{}{}{}{}", name_of(a.status), text.empty() ? "" : " ", text, revision);
}

// Where two long bodies differ, and some of what they share before it.
std::size_t first_shown(const std::string& a, const std::string& b) {
    constexpr std::size_t shared = 20;
    if (std::max(a.size(), b.size()) <= longest_shown) return 0;
    const auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
    return static_cast<std::size_t>(differ) > shared ? static_cast<std::size_t>(differ) - shared : 0;
}

} // namespace

std::string reading::name() const {
    return fmt::format("{} of {}", edgeconf::name(request.op), request.device_id);
}

std::vector<std::string> known_and_unknown(trial& in, instance& of) {
    std::vector<std::string> ids{unknown_device(in)};
    if (auto known = find_known_device(in, of)) ids.push_back(*std::move(known));
    return ids;
}

std::vector<reading> read_all(instance& of, const std::vector<std::string>& devices) {
    constexpr std::array reads{operation::get_registration, operation::get_configuration,
                               operation::get_playbooks};
    std::vector<reading> all;
    for (const auto& id : devices) {
        for (const auto op : reads) {
            if (!of.has(op)) continue;
            reading made;
            made.request.op = op;
            made.request.device_id = id;
            made.given = of.call(made.request);
            all.push_back(std::move(made));
        }
    }
    return all;
}

bool says_nothing(const answer& given) noexcept {
    return given.status == ECP_BUSY || given.status == ECP_UNAVAILABLE || given.status == ECP_DEADLINE ||
           given.status == ECP_CANCELLED;
}

void compare(trial& in, const reading& before, const answer& now, std::string_view when, compared what) {
    if (says_nothing(before.given) || says_nothing(now)) return;
    const bool same = before.given.status == now.status && before.given.body == now.body &&
                      (what == compared::body || before.given.revision == now.revision);
    if (same) return;
    const auto from = first_shown(before.given.body, now.body);
    in.fail("{}: {} is answered {}; before it was {}", when, before.name(), shown(now, what, from),
            shown(before.given, what, from));
}

void compare_again(trial& in, instance& of, const std::vector<reading>& before, std::string_view when) {
    const auto until = soon(in);
    for (const auto& b : before) {
        auto now = of.call(b.request);
        for (; says_nothing(now) && !says_nothing(b.given) && clock::now() < until; now = of.call(b.request))
            std::this_thread::yield();
        if (says_nothing(now) && !says_nothing(b.given))
            in.fail("{}: {} is answered {}; before it was {}", when, b.name(), shown(now, compared::body),
                    shown(b.given, compared::body));
        compare(in, b, now, when);
    }
}

std::vector<device_request> requests_of(trial& in, instance& of) {
    std::vector<device_request> all;
    for (const auto& id : known_and_unknown(in, of))
        for (auto& r : one_of_each(id))
            if (of.has(r.op)) all.push_back(std::move(r));
    return all;
}

} // namespace edgeconf::check
