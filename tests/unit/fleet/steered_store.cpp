#include "steered_store.hpp"

#include <new>
#include <stdexcept>

namespace edgeconf::fleet {

class steered_store final : public store {
public:
    explicit steered_store(steered_disk& disk) : disk_{disk} {}

    void open() override { is_open_ = true; }
    const std::vector<std::string>& remarks() const override { return remarks_; }
    void load(store_visitor& to) override {
        disk_.require_readable();
        disk_.content().load(to);
    }
    void save(const unsaved_changes& changes) override {
        if (!is_open_) throw std::logic_error{"is not open"};
        is_open_ = false;
        disk_.save(changes);
        is_open_ = true;
    }
    void recover() override {
        disk_.recover();
        is_open_ = true;
    }
    void tend() override {
        if (!is_open_) throw std::logic_error{"is not open"};
        disk_.tend();
    }
    std::string page(std::string_view, store_visitor&, const std::function<bool()>&) override { return {}; }
    std::filesystem::path upload_file() const override { return disk_.upload; }
    std::uint64_t size() const override { return 0; }

private:
    steered_disk& disk_;
    std::vector<std::string> remarks_;
    bool is_open_ = false;
};

std::unique_ptr<store> steered_disk::make() { return std::make_unique<steered_store>(*this); }

void steered_disk::become(store_mood mood) {
    const std::lock_guard lock{mutex_};
    mood_ = mood;
}

void steered_disk::hold(store_step step) {
    const std::lock_guard lock{mutex_};
    hold_ = step;
}

void steered_disk::release() {
    std::unique_lock lock{mutex_};
    hold_ = store_step::none;
    changed_.notify_all();
    changed_.wait(lock, [&] { return waits_ == store_step::none; });
}

void steered_disk::await_held() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return waits_ != store_step::none; });
}

void steered_disk::pass(std::unique_lock<std::mutex>& lock, store_step step) {
    if (hold_ != step) return;
    waits_ = step;
    changed_.notify_all();
    changed_.wait(lock, [&] { return hold_ == store_step::none; });
    waits_ = store_step::none;
    changed_.notify_all();
}

void steered_disk::save(const unsaved_changes& changes) {
    std::unique_lock lock{mutex_};
    pass(lock, store_step::save);
    switch (mood_) {
    case store_mood::working:
    case store_mood::unreadable:
    case store_mood::untended: break;
    case store_mood::failing:
    case store_mood::full: throw store_problem{"the disk has gone"};
    case store_mood::out_of_memory: throw std::bad_alloc{};
    }
    kept_.save(changes);
    ++saves_;
}

void steered_disk::recover() {
    std::unique_lock lock{mutex_};
    pass(lock, store_step::recovery);
    if (mood_ == store_mood::failing) throw store_problem{"the disk has gone"};
}

void steered_disk::require_readable() const {
    const std::lock_guard lock{mutex_};
    if (mood_ == store_mood::unreadable) throw store_problem{"is damaged"};
}

void steered_disk::tend() const {
    const std::lock_guard lock{mutex_};
    if (mood_ == store_mood::untended) throw store_problem{"the disk has gone"};
}

int steered_disk::saves() const {
    const std::lock_guard lock{mutex_};
    return saves_;
}

kept_fleet steered_disk::content() const {
    const std::lock_guard lock{mutex_};
    return kept_;
}

} // namespace edgeconf::fleet
