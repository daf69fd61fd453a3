// Certificates made for a test, with the shapes that Flotta gives them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

typedef struct x509_st X509;
typedef struct evp_pkey_st EVP_PKEY;

namespace edgeconf::test {

// A certificate and its key as PEM files.
struct identity {
    std::filesystem::path certificate;
    std::filesystem::path key;
};

struct subject {
    std::string common_name{};
    std::string organisation = "flotta-operator";
    std::string unit{}; // a device's namespace
    std::vector<std::string> dns{};
    std::vector<std::string> ip{};
    int valid_from_hours = -1; // relative to now
    int valid_to_hours = 24;
    bool for_clients = true; // extended key usage: client authentication, beside the server's
    long serial = 0;         // 0: the next of its issuer
};

// A self-signed ECDSA P-256 authority that writes what it issues below one folder.
class authority {
public:
    // Flotta's own is not marked as one that may sign CRLs: `signs_lists` false.
    authority(std::filesystem::path folder, std::string name, bool signs_lists = true);

    const std::filesystem::path& certificate() const noexcept { return certificate_; }
    // `<folder>/<name>.crt` and `.key`.
    identity issue(const std::string& name, const subject& about);
    // An intermediate below this one, in the same folder.
    authority subordinate(std::string name);
    // `<folder>/<name>.crl`, of those with the serial numbers of `revoked` (certificate files), valid from
    // an hour ago for `valid_to_s` from now.
    std::filesystem::path revoke(const std::string& name, const std::vector<std::filesystem::path>& revoked,
                                 long valid_to_s = 3600) const;

private:
    authority(std::filesystem::path folder, const std::string& name, authority* issuer, bool signs_lists);

    std::filesystem::path folder_;
    std::filesystem::path certificate_;
    std::shared_ptr<X509> own_;
    std::shared_ptr<EVP_PKEY> key_;
    long serial_ = 1;
};

} // namespace edgeconf::test
