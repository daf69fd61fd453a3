#include "bench/measured_host.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace edgeconf::bench {

namespace {

std::string address_in(const std::string& line) {
    const auto begin = line.find("address=") + 8;
    return line.substr(begin, line.find(' ', begin) - begin);
}

} // namespace

measured_host::measured_host(const workplace& in, std::string_view name, std::string_view configuration,
                             bool tls, const std::map<std::string, std::string>& environment)
    : process_{{EDGECONF_BINARY, "serve", "--config", in.write(fmt::format("{}.yaml", name), configuration)},
               in.path(fmt::format("{}.log", name)),
               environment} {
    process_.wait_for_line(" ready");
    ready_ = process_.spent();
    resident_ = process_.resident();
    devices_ = in.at(address_in(process_.wait_for_line("api=device")), tls);
    pages_.address = address_in(process_.wait_for_line("api=observe"));
}

double measured_host::metric(std::string_view name) const {
    test::client watcher{pages_};
    const auto page = watcher.request("GET", "/metrics").body;
    const auto row = fmt::format("\nedgeconf_provider_own_{} ", name);
    const auto at = page.find(row);
    return at == std::string::npos ? 0 : std::strtod(page.c_str() + at + row.size(), nullptr);
}

} // namespace edgeconf::bench
