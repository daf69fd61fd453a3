#include "support/running_host.hpp"

#include <csignal>
#include <stdexcept>

namespace edgeconf::test {
namespace {

std::string address_in(const std::string& line) {
    constexpr std::string_view key = "address=";
    const auto from = line.find(key);
    if (from == std::string::npos) throw std::runtime_error{"no address in: " + line};
    const auto begin = from + key.size();
    return line.substr(begin, line.find(' ', begin) - begin);
}

} // namespace

std::filesystem::path edgeconf_binary() { return EDGECONF_BINARY; }

std::filesystem::path provider_file(std::string_view name) {
    return std::filesystem::path{EDGECONF_TEST_PROVIDERS} / (std::string{name} + ".so");
}

std::filesystem::path faulty_provider_file(std::string_view name) {
    return std::filesystem::path{EDGECONF_TEST_FAULTY_PROVIDERS} / (std::string{name} + ".so");
}

running_host::running_host(const temp_folder& folder, std::string_view configuration,
                           const std::map<std::string, std::string>& environment)
    : child_{{edgeconf_binary(), "serve", "--config", folder.write("edgeconf.yaml", configuration)},
             environment} {
    child_.wait_for_line(" ready");
    pages_address_ = address_in(child_.wait_for_line("api=observe"));
    device_address_ = address_in(child_.wait_for_line("api=device"));
}

finished running_host::stop() {
    child_.signal(SIGTERM);
    return child_.wait();
}

secured_folder::secured_folder()
    : ca_{folder_.path() / "tls", "flotta-ca"}, server_{ca_.issue("server", {.common_name = "edgeconf",
                                                                             .dns = {"localhost"},
                                                                             .ip = {"127.0.0.1"}})},
      edge_api_{ca_.issue("edge-api",
                          {.common_name = "*", .dns = {"project-flotta.io"}, .ip = {"127.0.0.1", "::1"}})} {}

std::string secured_folder::configuration(std::string_view provider) const {
    return std::string{R"(device-api:
  listen: 127.0.0.1:0
  tls:
    certificate: tls/server.crt
    private-key: tls/server.key
    client-ca: tls/flotta-ca.crt
    admit-dns-names: [project-flotta.io]
observe:
  listen: 127.0.0.1:0
  log: {level: debug}
threads: 2
provider:
)"}
        .append(provider);
}

target secured_folder::as_edge_api(const std::string& address) const {
    return {address, ca_.certificate(), edge_api_, "h2,http/1.1"};
}

} // namespace edgeconf::test
