// A folder in which servers are measured: what they are configured with, certificates, logs.
#pragma once

#include "support/client.hpp"
#include "support/pki.hpp"
#include "support/temp_folder.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace edgeconf::bench {

class workplace {
public:
    // An empty `folder`: a temporary one. Makes certificates: tls/server.crt and .key for 127.0.0.1,
    // tls/edge-api.crt and .key as the Edge API shows it, tls/flotta-ca.crt.
    explicit workplace(const std::filesystem::path& folder);

    std::filesystem::path path(std::string_view name) const { return root_ / name; }
    std::filesystem::path write(std::string_view name, std::string_view text) const;
    // A server there, with TLS as the Edge API speaks it.
    test::target at(std::string address, bool tls) const;

private:
    std::optional<test::temp_folder> temporary_;
    std::filesystem::path root_;
    std::optional<test::authority> ca_;
    test::identity edge_api_;
};

} // namespace edgeconf::bench
