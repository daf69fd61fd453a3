// fleet/csr_key: whatever a device sends as its certificate request, there is a key or a reason, the same
// one each time, and OpenSSL's error queue is left empty.

#include "property.hpp"

#include "fleet/csr_key.hpp"

#include <openssl/err.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace {

using edgeconf::fleet::csr_public_key;

// The same bytes in a frame, so that a search gets past the PEM.
std::string framed(std::string_view bytes) {
    return "-----BEGIN CERTIFICATE REQUEST-----\n" + edgeconf::fleet::encode_base64(bytes) +
           "\n-----END CERTIFICATE REQUEST-----\n";
}

void check(std::string_view pem) {
    const auto key = csr_public_key(pem);
    HOLDS(ERR_peek_error() == 0);
    if (!key) HOLDS(!key.error().empty());
    HOLDS(csr_public_key(pem) == key);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    check(bytes);
    check(framed(bytes));
    return 0;
}
