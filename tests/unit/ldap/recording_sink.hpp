// A follower's sink that remembers what it is told.
#pragma once

#include "ldap/follower.hpp"

#include <string>
#include <vector>

namespace edgeconf::test {

// "put DN", "gone N" with the id's last byte, "settled", in the order in which they were told.
class recording_sink final : public ldap::follower_sink {
public:
    void put(ldap::entry&& now) override { told_.push_back("put " + now.dn()); }
    void gone(const ldap::entry_id& which) override {
        told_.push_back("gone " + std::to_string(which.back()));
    }
    void settled() override { told_.push_back("settled"); }
    void current_as_of(std::chrono::steady_clock::time_point) override {}
    void cut_off(std::string_view) override { told_.push_back("cut off"); }

    // Since the last time.
    std::vector<std::string> take() { return std::exchange(told_, {}); }

private:
    std::vector<std::string> told_;
};

// The id that ends with this byte.
inline ldap::entry_id numbered(std::uint8_t number) {
    ldap::entry_id id{};
    id.back() = number;
    return id;
}

} // namespace edgeconf::test
