#include "bench/workplace.hpp"

#include <fstream>

namespace edgeconf::bench {

workplace::workplace(const std::filesystem::path& folder) {
    if (folder.empty()) temporary_.emplace();
    root_ = folder.empty() ? temporary_->path() : std::filesystem::absolute(folder);
    std::filesystem::create_directories(root_);
    ca_.emplace(root_ / "tls", "flotta-ca");
    ca_->issue("server", {.common_name = "edgeconf", .ip = {"127.0.0.1"}});
    edge_api_ = ca_->issue("edge-api", {.common_name = "*", .dns = {"project-flotta.io"}});
}

std::filesystem::path workplace::write(std::string_view name, std::string_view text) const {
    std::ofstream{path(name)} << text;
    return path(name);
}

test::target workplace::at(std::string address, bool tls) const {
    test::target made{std::move(address), {}, {}, {}};
    if (!tls) return made;
    made.server_ca = ca_->certificate();
    made.self = edge_api_;
    return made;
}

} // namespace edgeconf::bench
