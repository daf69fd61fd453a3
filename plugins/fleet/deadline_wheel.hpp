// Things that are due at some second, found without looking at the others.
#pragma once

#include <boost/intrusive/list.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace edgeconf::fleet {

// To be derived from. Leaves its wheel with the object.
class with_deadline
    : public boost::intrusive::list_base_hook<boost::intrusive::tag<with_deadline>,
                                              boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    template <class T>
    friend class deadline_wheel;
    std::int64_t due_ = 0; // in seconds
};

// A timing wheel: scheduling costs the same however many there are, and so does each that is due. T derives
// from with_deadline and is borrowed. One thread at a time.
template <class T>
class deadline_wheel {
public:
    void schedule(T& item, std::int64_t due) {
        with_deadline& hook = item;
        hook.unlink();
        hook.due_ = due;
        slot_of(std::max(due, now_ + 1)).push_back(item);
    }
    static void cancel(T& item) { static_cast<with_deadline&>(item).unlink(); }

    // Takes out everything due by `now` and calls act(T&) for each; act may schedule, cancel or destroy any
    // item. The first call, and one that finds the clock set back, only sets the time.
    template <class Action>
    void advance(std::int64_t now, Action act) {
        const auto from = std::max(now_ + 1, now - static_cast<std::int64_t>(slots) + 1);
        const bool continues = now_ != 0 && now >= now_;
        now_ = now;
        if (!continues) return redistribute();
        for (auto second = from; second <= now; ++second) turn(second, act);
    }

private:
    using list = boost::intrusive::list<T,
                                        boost::intrusive::base_hook<boost::intrusive::list_base_hook<
                                            boost::intrusive::tag<with_deadline>,
                                            boost::intrusive::link_mode<boost::intrusive::auto_unlink>>>,
                                        boost::intrusive::constant_time_size<false>>;
    static constexpr std::size_t slots = 1024;

    list& slot_of(std::int64_t second) { return wheel_[static_cast<std::size_t>(second) % slots]; }

    template <class Action>
    void turn(std::int64_t second, Action& act) {
        list due;
        due.swap(slot_of(second));
        while (!due.empty()) {
            auto& item = due.front();
            due.pop_front();
            with_deadline& hook = item;
            if (hook.due_ > now_) {
                slot_of(hook.due_).push_back(item); // another turn of the wheel
            } else {
                act(item);
            }
        }
    }

    // What is late lies where the time was.
    void redistribute() {
        list all;
        for (auto& each : wheel_) all.splice(all.end(), each);
        while (!all.empty()) {
            auto& item = all.front();
            all.pop_front();
            schedule(item, static_cast<with_deadline&>(item).due_);
        }
    }

    std::array<list, slots> wheel_;
    std::int64_t now_ = 0;
};

} // namespace edgeconf::fleet
