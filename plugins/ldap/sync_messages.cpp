#include "ldap/sync_messages.hpp"

#include "ldap/directory_problem.hpp"

#include <ldap.h>

#include <algorithm>
#include <memory>
#include <new>

namespace edgeconf::ldap {

namespace {

struct ber_deleter {
    void operator()(BerElement* ber) const noexcept { ber_free(ber, 1); }
};
using ber_pointer = std::unique_ptr<BerElement, ber_deleter>;

[[noreturn]] void malformed() {
    throw directory_problem{LDAP_DECODING_ERROR,
                            "the directory's answer breaks the rules of content synchronisation (RFC 4533)"};
}

ber_pointer reader(std::string_view value) {
    if (value.empty()) malformed();                              // which ber_init does not survive
    berval bytes{value.size(), const_cast<char*>(value.data())}; // copied
    ber_pointer ber{ber_init(&bytes)};
    if (!ber) malformed();
    return ber;
}

template <class... Targets>
void scan(const ber_pointer& ber, const char* format, Targets... to) {
    if (ber_scanf(ber.get(), format, to...) == LBER_ERROR) malformed();
}

ber_tag_t next_tag(const ber_pointer& ber) {
    ber_len_t length = 0;
    return ber_peek_tag(ber.get(), &length);
}

std::string scan_cookie(const ber_pointer& ber) {
    berval cookie{};
    scan(ber, "m", &cookie);
    return {cookie.bv_val, cookie.bv_len};
}

std::string scan_optional_cookie(const ber_pointer& ber) {
    return next_tag(ber) == LDAP_TAG_SYNC_COOKIE ? scan_cookie(ber) : std::string{};
}

bool scan_optional_flag(const ber_pointer& ber, bool otherwise) {
    if (next_tag(ber) != LBER_BOOLEAN) return otherwise;
    ber_int_t flag = 0;
    scan(ber, "b", &flag);
    return flag != 0;
}

entry_id scan_id(const ber_pointer& ber) {
    berval bytes{};
    scan(ber, "m", &bytes);
    entry_id id;
    if (bytes.bv_len != id.size()) malformed();
    std::copy_n(reinterpret_cast<const std::uint8_t*>(bytes.bv_val), id.size(), id.begin());
    return id;
}

std::vector<entry_id> scan_ids(const ber_pointer& ber) {
    std::vector<entry_id> ids;
    ber_len_t length = 0;
    char* end = nullptr;
    for (ber_tag_t tag = ber_first_element(ber.get(), &length, &end); tag != LBER_DEFAULT;
         tag = ber_next_element(ber.get(), &length, end))
        ids.push_back(scan_id(ber));
    return ids;
}

} // namespace

std::string sync_request(std::string_view cookie) {
    const ber_pointer ber{ber_alloc_t(LBER_USE_DER)};
    if (!ber) throw std::bad_alloc{};
    berval with{cookie.size(), const_cast<char*>(cookie.data())};
    const ber_int_t mode = LDAP_SYNC_REFRESH_AND_PERSIST;
    const ber_int_t reload_hint = 0;
    const int written = cookie.empty() ? ber_printf(ber.get(), "{eb}", mode, reload_hint)
                                       : ber_printf(ber.get(), "{eOb}", mode, &with, reload_hint);
    berval value{};
    if (written < 0 || ber_flatten2(ber.get(), &value, 0) < 0) throw std::bad_alloc{};
    return {value.bv_val, value.bv_len};
}

sync_state read_sync_state(std::string_view value) {
    const auto ber = reader(value);
    ber_int_t state = 0;
    scan(ber, "{e", &state);
    if (state < LDAP_SYNC_PRESENT || state > LDAP_SYNC_DELETE) malformed();
    const entry_id id = scan_id(ber);
    static_assert(static_cast<int>(sync_state::kind::present) == LDAP_SYNC_PRESENT &&
                  static_cast<int>(sync_state::kind::remove) == LDAP_SYNC_DELETE);
    return {static_cast<sync_state::kind>(state), id, scan_optional_cookie(ber)};
}

sync_info read_sync_info(std::string_view value) {
    const auto ber = reader(value);
    switch (next_tag(ber)) {
    case LDAP_TAG_SYNC_NEW_COOKIE: return {.is = sync_info::kind::new_cookie, .cookie = scan_cookie(ber)};
    case LDAP_TAG_SYNC_REFRESH_DELETE:
    case LDAP_TAG_SYNC_REFRESH_PRESENT: {
        const bool present = next_tag(ber) == LDAP_TAG_SYNC_REFRESH_PRESENT;
        scan(ber, "{");
        std::string cookie = scan_optional_cookie(ber);
        const bool done = scan_optional_flag(ber, true);
        return {.is = present ? sync_info::kind::refresh_present : sync_info::kind::refresh_delete,
                .cookie = std::move(cookie),
                .refresh_done = done};
    }
    case LDAP_TAG_SYNC_ID_SET: {
        scan(ber, "{");
        std::string cookie = scan_optional_cookie(ber);
        const bool deleted = scan_optional_flag(ber, false);
        if (next_tag(ber) != LBER_SET) malformed();
        return {.is = sync_info::kind::id_set,
                .cookie = std::move(cookie),
                .deleted = deleted,
                .ids = scan_ids(ber)};
    }
    default: malformed();
    }
}

} // namespace edgeconf::ldap
