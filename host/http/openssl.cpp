#include "http/openssl.hpp"

#include <fmt/chrono.h>
#include <openssl/err.h>

#include <array>

namespace edgeconf::http {

std::string openssl_error() {
    const auto code = ERR_peek_last_error();
    std::array<char, 256> text{};
    ERR_error_string_n(code, text.data(), text.size());
    ERR_clear_error();
    const auto* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : text.data();
}

std::string text_of(const X509_NAME* name) {
    const owned<BIO> text{BIO_new(BIO_s_mem())};
    if (!text) return {};
    X509_NAME_print_ex(text.get(), name, 0, XN_FLAG_RFC2253);
    char* data = nullptr;
    const auto size = BIO_get_mem_data(text.get(), &data);
    constexpr long longest = 256;
    return std::string{data, static_cast<std::size_t>(size < longest ? size : longest)};
}

std::optional<std::time_t> time_of(const ASN1_TIME* time) {
    std::tm fields{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &fields) != 1) return std::nullopt;
    return timegm(&fields);
}

std::string text_of(std::time_t time) { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(time)); }

} // namespace edgeconf::http
