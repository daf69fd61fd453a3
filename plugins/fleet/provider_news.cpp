// What others have done to a store that is shared: taken over, or held where it is too much to be believed.
#include "fleet/provider.hpp"

#include "fleet/device_document.hpp"
#include "fleet/shared_store.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

namespace {

// What has changed, on its way into the model. Who goes is judged at the end, all of them at once.
class taking_over final : public news_visitor {
public:
    taking_over(model& fleet, departures& departed, std::set<std::string, std::less<>>& overtaken,
                ecp::host host)
        : fleet_{fleet}, departed_{departed}, overtaken_{overtaken}, host_{host} {}

    std::uint32_t device(const stored_device& now, device_part part) override {
        departed_.is_back(now.id);
        if (const auto left = gone_.find(now.id); left != gone_.end()) gone_.erase(left);
        auto taken = now;
        if (!fleet_.knows(now.id)) taken.heard = fleet_.now(); // it has its time here
        try {
            const auto done = fleet_.replace(taken, part);
            if (done.has_dropped) overtaken_.emplace(now.id);
            return done.number;
        } catch (const document_damaged& damage) {
            host_.log(ECP_LOG_WARN, fmt::format("what is stored of the device {} is not taken over: {}",
                                                now.id, damage.what()));
            return 0;
        }
    }
    void gone(std::string_view id) override {
        if (fleet_.knows(id)) gone_.emplace(id); // else it was forgotten here
    }
    void refused(std::string_view id) override { forget(id); }

    void forget(std::string_view id) {
        if (fleet_.vanish(id)) overtaken_.emplace(id);
    }
    std::vector<std::string> all_gone() const { return {gone_.begin(), gone_.end()}; }

private:
    model& fleet_;
    departures& departed_;
    std::set<std::string, std::less<>>& overtaken_;
    const ecp::host host_;
    std::set<std::string, std::less<>> gone_;
};

} // namespace

// Its threads end with the store, which goes before what they call. However often they call, one task of each
// kind waits; and none any more once the provider ends, since it ends when no task is left.
void provider::follow() {
    auto* shared = store_ ? store_->shared() : nullptr;
    if (shared == nullptr) return;
    shared->follow({[this] {
                        if (ends_ || news_wait_.exchange(true)) return;
                        writer_.post([this] {
                            news_wait_ = false;
                            change([this] { take_news(); });
                        });
                    },
                    [this] {
                        if (ends_ || manifests_wait_.exchange(true)) return;
                        reader_.post([this] {
                            manifests_wait_ = false;
                            manifests_changed();
                        });
                    }});
}

void provider::take_news() {
    taking_over news{*model_, departed_, overtaken_, host_};
    const auto held = departed_.held();
    store_->shared()->take_news(news);
    const auto known = model_->devices().size();
    for (const auto& id : departed_.take(news.all_gone(), known, std::chrono::steady_clock::now())) {
        news.forget(id);
    }
    if (departed_.held() != held) tell_departures();
}

// A device that is not in the store is not removed: somebody has to say so (R7a).
void provider::tell_departures() {
    const auto held = departed_.held();
    host_.record(held_departures_, static_cast<double>(held));
    if (held == 0) return health_.clear(trouble::departures);
    const auto words = fmt::format("{} devices have gone from the store, too many at once for an edit; they "
                                   "keep what they have; if that "
                                   "is meant, accept it with `edgeconf provider reload --accept-removals`",
                                   held);
    host_.log(ECP_LOG_WARN, words);
    model_->note_source(event_type::warning, "store", "DeparturesHeld", words);
    health_.set(trouble::departures, words);
}

// How many devices are forgotten; nothing if more have gone than was told before.
std::optional<std::size_t> provider::accept_departures() {
    const auto accepted = departed_.accept();
    if (!accepted) {
        tell_departures();
        return std::nullopt;
    }
    for (const auto& id : *accepted) {
        if (model_->vanish(id)) overtaken_.insert(id);
    }
    if (!accepted->empty()) tell_departures();
    return accepted->size();
}

// How old is what is known of the store, and what of it is left out.
void provider::show_following() {
    auto* shared = store_->shared();
    if (shared == nullptr) return;
    const auto now = shared->state();
    host_.record(store_age_, static_cast<double>(now.age.count()));
    host_.record(left_out_, static_cast<double>(now.left_out_count));
    if (now.problem.empty()) {
        health_.clear(trouble::following);
        away_since_.reset();
    } else {
        if (!away_since_) away_since_ = std::chrono::system_clock::now() - now.age;
        health_.set(trouble::following,
                    fmt::format("what others change is not seen since {:%Y-%m-%dT%H:%M:%SZ}: {}",
                                fmt::gmtime(std::chrono::floor<std::chrono::seconds>(*away_since_)),
                                now.problem));
    }
    if (now.left_out.empty()) return health_.clear(trouble::left_out);
    health_.set(trouble::left_out, now.left_out);
}

} // namespace edgeconf::fleet
