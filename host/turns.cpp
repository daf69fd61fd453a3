#include "turns.hpp"

#include <boost/asio/this_coro.hpp>

namespace edgeconf {

// In the queue until the coroutine goes on, or is destroyed.
class turns::place {
public:
    place(std::list<timer*>& in, timer& who) : in_{in}, at_{in.insert(in.end(), &who)} {}
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() { in_.erase(at_); }

private:
    std::list<timer*>& in_;
    std::list<timer*>::iterator at_;
};

http::awaitable<turns::turn> turns::next() {
    if (taken_) {
        timer come{co_await boost::asio::this_coro::executor, timer::time_point::max()};
        const place here{waiting_, come};
        co_await come.async_wait(http::as_result); // then it is ours: pass_on left it taken
    }
    taken_ = true;
    co_return turn{*this};
}

void turns::pass_on() noexcept {
    if (waiting_.empty())
        taken_ = false;
    else
        waiting_.front()->cancel();
}

} // namespace edgeconf
