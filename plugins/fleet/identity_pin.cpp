#include "fleet/identity_pin.hpp"

#include <boost/algorithm/hex.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace edgeconf::fleet {

namespace {

constexpr std::size_t digest_digits = 2 * std::tuple_size_v<digest>;

struct state_name {
    pin_state state;
    std::string_view name;
    std::size_t fewest; // keys
    std::size_t most;
};

constexpr std::array<state_name, 4> state_names{{
    {pin_state::none, "none", 0, 0},
    {pin_state::provisional, "provisional", 1, identity_pin::key_limit},
    {pin_state::ambiguous, "ambiguous", 2, identity_pin::key_limit},
    {pin_state::confirmed, "confirmed", 1, 1},
}};

std::optional<digest> read_digest(std::string_view digits) {
    if (digits.size() != digest_digits) return std::nullopt;
    digest read{};
    try {
        boost::algorithm::unhex(digits.begin(), digits.end(), read.begin());
    } catch (const boost::algorithm::hex_decode_error&) {
        return std::nullopt;
    }
    return read;
}

} // namespace

pin_answer identity_pin::offer(const digest& key) {
    if (std::find(keys_.begin(), keys_.end(), key) != keys_.end()) return pin_answer::unchanged;
    if (state_ == pin_state::confirmed) return pin_answer::refused;
    if (keys_.size() == key_limit) keys_.erase(keys_.begin() + 1);
    keys_.push_back(key);
    if (state_ == pin_state::none) state_ = pin_state::provisional;
    return pin_answer::added;
}

bool identity_pin::prove() {
    if (!awaits_proof()) return false;
    state_ = keys_.size() == 1 ? pin_state::confirmed : pin_state::ambiguous;
    return true;
}

void identity_pin::choose(const digest& key) {
    keys_.assign(1, key);
    state_ = pin_state::confirmed;
}

void identity_pin::reset() noexcept {
    keys_.clear();
    state_ = pin_state::none;
}

std::string identity_pin::text() const {
    const auto named = std::find_if(state_names.begin(), state_names.end(),
                                    [this](const auto& each) { return each.state == state_; });
    std::string made{named->name};
    for (const auto& key : keys_) made += ' ' + hexadecimal(key, digest_digits);
    return made;
}

std::optional<identity_pin> identity_pin::from_text(std::string_view text) {
    const auto named = std::find_if(state_names.begin(), state_names.end(),
                                    [&](const auto& each) { return text.starts_with(each.name); });
    if (named == state_names.end()) return std::nullopt;
    identity_pin read;
    read.state_ = named->state;
    auto rest = text.substr(named->name.size());
    while (rest.starts_with(' ') && read.keys_.size() < named->most) {
        const auto key = read_digest(rest.substr(1, digest_digits));
        if (!key || std::find(read.keys_.begin(), read.keys_.end(), *key) != read.keys_.end())
            return std::nullopt;
        read.keys_.push_back(*key);
        rest.remove_prefix(1 + digest_digits);
    }
    if (!rest.empty() || read.keys_.size() < named->fewest) return std::nullopt;
    return read;
}

} // namespace edgeconf::fleet
