#include "support/sync_control.hpp"

#include "support/sync_shim.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace edgeconf::test {
namespace {

sync_orders* map_orders(const std::filesystem::path& file) {
    const int made = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (made < 0 || ftruncate(made, sizeof(sync_orders)) != 0)
        throw std::runtime_error{"cannot make " + file.string()};
    auto* mapped = mmap(nullptr, sizeof(sync_orders), PROT_READ | PROT_WRITE, MAP_SHARED, made, 0);
    close(made);
    if (mapped == MAP_FAILED) throw std::runtime_error{"cannot map " + file.string()};
    return static_cast<sync_orders*>(mapped);
}

template <class Member, class Value>
void put(Member& into, Value value) {
    __atomic_store_n(&into, value, __ATOMIC_SEQ_CST);
}

} // namespace

sync_control::sync_control(const std::filesystem::path& file) : file_{file}, orders_{map_orders(file)} {}

sync_control::~sync_control() { munmap(orders_, sizeof(sync_orders)); }

// The sanitizer's runtime wants to be the first library, which it need not be for two calls of the system.
std::map<std::string, std::string> sync_control::environment() const {
    const char* given = std::getenv("ASAN_OPTIONS");
    const std::string options = given == nullptr ? "" : std::string{given} + ":";
    return {{"LD_PRELOAD", EDGECONF_SYNC_SHIM},
            {EDGECONF_SYNC_CONTROL, file_.string()},
            {"ASAN_OPTIONS", options + "verify_asan_link_order=0"}};
}

void sync_control::fail_next(std::int32_t calls) const { put(orders_->failures, calls); }
void sync_control::fail() const { put(orders_->failures, -1); }
void sync_control::pass() const { put(orders_->failures, 0); }
void sync_control::delay_ms(std::uint32_t each) const { put(orders_->delay_us, each * 1000); }
void sync_control::only_wal(bool only) const { put(orders_->only_wal, only ? 1 : 0); }

std::uint32_t sync_control::calls() const { return __atomic_load_n(&orders_->calls, __ATOMIC_SEQ_CST); }
std::uint32_t sync_control::failed() const { return __atomic_load_n(&orders_->failed, __ATOMIC_SEQ_CST); }

} // namespace edgeconf::test
