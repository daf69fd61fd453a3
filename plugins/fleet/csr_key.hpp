// The public key in a device's certificate request (R20). The request is hostile input: its size, the kinds
// of key and so the cost of checking it are bounded. Pure function.
#pragma once

#include "fleet/encoding.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace edgeconf::fleet {

using csr_key = boost::system::result<digest, std::string>;

// SHA-256 of the DER SubjectPublicKeyInfo of a PEM certificate request (PKCS #10), or why there is none, in
// words for an administrator.
//
// The text is one PEM block and nothing else, since the Edge API that signs the request has to see the same
// one. Its signature has to fit its key: nobody can pin a key that is not theirs. Keys are RSA from 2048 to
// 8192 bits, EC on P-256, P-384 or P-521, and Ed25519.
//
// Any thread; OpenSSL's error queue is left as it was. Throws std::bad_alloc alone.
csr_key csr_public_key(std::string_view pem);

} // namespace edgeconf::fleet
