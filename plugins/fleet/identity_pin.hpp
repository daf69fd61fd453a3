// Whose key a device's certificate carries (R20): what is remembered of the keys that registrations under
// one id brought, so that nobody can take over the id of a device that is in use.
//
// Any holder of the shared registration certificate can register any id, so a key proves nothing at first:
// it is provisional. A configuration or heartbeat call is possible with a device certificate alone, so such
// a call confirms the key if there is only one that it can have come with. A confirmed key is the device's;
// another one is refused until an administrator resets the pin (which the approval of a removed device
// does, too: R7a).
//
// An unconfirmed device makes a new key for each attempt to register, and an answer that comes after a
// second is lost (R39), so several provisional keys are common and mean no harm. None may be refused: the
// one after it may be the one that the device ends up with, and a stranger could use up any allowance.
// None may replace another silently either: a stranger's key that came between the device's registration
// and its first heartbeat would be confirmed by that heartbeat. So all are accepted, and while there is more
// than one, an administrator decides. Until then the device is served as any other.
//
// What is kept is bounded: the first key and the newest. An undisturbed device's key is the first, or, after
// lost answers, the newest; only one that both lost answers and was then flooded by a stranger is missing
// from the list, and an administrator can still choose it by its fingerprint. There are never fewer than two
// once there were two, so dropping some cannot make one look like the only one.
#pragma once

#include "fleet/encoding.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

enum class pin_state : std::uint8_t {
    none,        // no key is known
    provisional, // no call has shown that the device uses one of them
    ambiguous,   // a call has come, and it may be any one's of two keys or more: an administrator decides
    confirmed,   // the one key that may register
};

enum class pin_answer : std::uint8_t {
    unchanged, // accepted; the key was there already
    added,     // accepted; now among the provisional ones
    refused,   // another key is confirmed: R20 asks for 403 and an event
};

// A value. Keys are SHA-256 of their SubjectPublicKeyInfo (csr_key.hpp).
class identity_pin {
public:
    static constexpr std::size_t key_limit = 8;

    // Stands for a key that nobody has shown: that of a device which was in use before its key was known, or
    // which registered with a request that cannot be read. It is never confirmed, and beside it no other key
    // is: whoever registers under the id of such a device is not taken for the device itself.
    static constexpr digest unknown_key{};

    // A registration brought `key`.
    [[nodiscard]] pin_answer offer(const digest& key);

    // A call has come that takes a device certificate. True if that changed the state: a key is confirmed
    // now, or the keys have turned out to be ambiguous, which is the moment for the one event that says so.
    bool prove();

    // Whether prove() would change anything; false for nearly all devices nearly always.
    bool awaits_proof() const noexcept {
        return state_ == pin_state::provisional && (keys_.size() > 1 || keys_.front() != unknown_key);
    }

    // An administrator's decisions: `key`, which need not be among those kept, is the device's; or whatever
    // is known of its keys is forgotten.
    void choose(const digest& key);
    void reset() noexcept;

    pin_state state() const noexcept { return state_; }

    // In the order in which they came; one when confirmed.
    const std::vector<digest>& keys() const noexcept { return keys_; }

    bool operator==(const identity_pin&) const = default;

    // For storing: the state and the keys in hexadecimal, separated by spaces; "none" without any.
    std::string text() const;

    // Nothing for what text() cannot have made.
    static std::optional<identity_pin> from_text(std::string_view text);

private:
    pin_state state_ = pin_state::none;
    std::vector<digest> keys_; // none, one when confirmed, at most key_limit, all different
};

} // namespace edgeconf::fleet
