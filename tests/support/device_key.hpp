// The key that a device makes for itself, and what it has certified with it.
#pragma once

#include <memory>
#include <string>

typedef struct evp_pkey_st EVP_PKEY;

namespace edgeconf::test {

// A new ECDSA P-256 key, as the device's agent makes it.
class device_key {
public:
    device_key();

    // PEM; the id is its only name.
    std::string certificate_request(const std::string& id) const;

private:
    std::shared_ptr<EVP_PKEY> key_;
};

} // namespace edgeconf::test
