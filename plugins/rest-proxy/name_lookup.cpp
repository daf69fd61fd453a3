#include "rest-proxy/name_lookup.hpp"

#include "fleet/signals_blocked.hpp"

#include <boost/asio/post.hpp>

#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace edgeconf::rest_proxy {
namespace {

using clock = std::chrono::steady_clock;

// A name is looked up again for the first connection after that.
constexpr std::chrono::seconds longest_known{10};

} // namespace

// What a lookup's thread has of its owner.
struct name_lookup::shared {
    std::mutex mutex;
    name_lookup* owner = nullptr; // null once it is gone
};

name_lookup::name_lookup(asio::io_context& on, std::string host, std::string port)
    : on_{on}, host_{std::move(host)}, port_{std::move(port)}, shared_{std::make_shared<shared>()} {
    shared_->owner = this;
}

name_lookup::~name_lookup() {
    const std::lock_guard lock{shared_->mutex};
    shared_->owner = nullptr;
}

void name_lookup::begin() {
    looking_ = true;
    asked_ = clock::now();
    const fleet::signals_blocked while_it_starts;
    try {
        std::thread{[to = shared_, host = host_, port = port_] {
            asio::io_context here;
            asio::ip::tcp::resolver resolver{here};
            error_code ec;
            auto found = resolver.resolve(host, port, ec);
            const std::lock_guard lock{to->mutex};
            if (to->owner == nullptr) return;
            // The owner goes on its executor's thread, before the executor: what is posted may still find it
            // gone.
            asio::post(to->owner->on_, [to, ec, found = std::move(found)]() mutable {
                if (auto* owner = to->owner) owner->arrived(ec, std::move(found));
            });
        }}.detach();
    } catch (const std::system_error& e) { // there is no thread to be had: the next one tries again
        looking_ = false;
        failure_ = e.code();
    }
}

void name_lookup::arrived(const error_code& ec, addresses found) {
    looking_ = false;
    failure_ = ec;
    if (!ec) known_ = std::move(found); // else the former ones may still do
    cancel();
}

void name_lookup::cancel() {
    for (auto* w : waiting_) w->cancel();
}

awaitable<name_lookup::addresses> name_lookup::find(clock::time_point until, std::string& wrong) {
    if (!looking_ && (known_.empty() || clock::now() - asked_ > longest_known)) begin();
    if (known_.empty() && looking_) {
        asio::steady_timer timer{on_, until};
        const auto at = waiting_.insert(waiting_.end(), &timer);
        co_await timer.async_wait(as_result);
        waiting_.erase(at);
    }
    if (known_.empty())
        wrong = failure_ && !looking_ ? failure_.message() : std::string{"the lookup takes too long"};
    co_return known_;
}

} // namespace edgeconf::rest_proxy
