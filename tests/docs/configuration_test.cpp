// docs/configuration.md against the loader, both ways: nothing in it is unknown to the loader, and the
// loader knows nothing that is not in it.
#include "docs/configuration_page.hpp"
#include "unit/host/config/loaded.hpp"

#include <algorithm>
#include <tuple>

using namespace edgeconf;
using namespace edgeconf::config;

namespace {

std::string text_of(const YAML::Node& node) {
    YAML::Emitter out;
    out << node;
    return out.c_str();
}

// The name of every member stands here, so that a new one does not compile until it is compared too.
auto values(const connection_limits& l) {
    const auto& [header_bytes, header_count, body_bytes, connections, per_peer, handshake, header, body, idle,
                 write] = l;
    return std::tuple{header_bytes, header_count, body_bytes, connections, per_peer,
                      handshake,    header,       body,       idle,        write};
}
auto values(const deadline_settings& d) {
    const auto& [device, administration, start, reconfigure, stop] = d;
    return std::tuple{device, administration, start, reconfigure, stop};
}
auto values(const fuse_settings& f) {
    const auto& [window, minimum, percent] = f;
    return std::tuple{window, minimum, percent};
}
auto values(const tls_settings& t) {
    const auto& [certificate, private_key, client_ca, crl, check_interval, admit_dns_names] = t;
    return check_interval; // the others have no defaults
}
auto values(const breaker_settings& b) {
    const auto& [window, calls, percent] = b;
    return std::tuple{window, calls, percent};
}
auto values(const device_api_settings& api) {
    const auto& [listen, tls, heartbeats_mode, fuse, limits] = api;
    return std::tuple{listen, heartbeats_mode, values(fuse), values(limits),
                      values(tls.value_or(tls_settings{}))};
}
auto values(const observe_settings& o) {
    const auto& [listen, log_level, log_format] = o;
    return std::tuple{listen, log_level, log_format};
}
auto values(const provider_settings& p) {
    const auto& [library, sha256, options, marks, deadlines, breaker, workers, queue] = p;
    return std::tuple{options, values(deadlines), values(breaker), workers,
                      queue}; // library and sha256 have no defaults
}
auto values(const settings& s) {
    const auto& [file, device_api, admin_api, observe, provider, threads, shutdown_time] = s;
    return std::tuple{values(device_api),
                      admin_api ? admin_api->anonymous : anonymous_role::none,
                      values(observe),
                      values(provider),
                      threads,
                      shutdown_time};
}

const configuration_page page = read_configuration_page();

} // namespace

TEST_CASE("configuration page: its complete block loads, and equals the defaults", "[docs][configuration]") {
    const auto loaded = config_file{page.complete_block}.settings();
    CHECK((values(loaded) == values(settings{})));
    REQUIRE(loaded.device_api.tls);
    REQUIRE(loaded.admin_api);
    CHECK(loaded.admin_api->tls);
}

TEST_CASE("configuration page: what is marked as an example is what has no default",
          "[docs][configuration]") {
    const auto examples = examples_in(page.complete_block);
    REQUIRE(page.described.size() > 30);
    for (const auto& described : page.described) {
        INFO(described.path());
        CHECK(described.default_value.has_value() != examples.contains(described.path()));
    }
}

TEST_CASE("configuration page: its tables and its complete block have the same keys",
          "[docs][configuration]") {
    const auto block = YAML::Load(page.complete_block);
    std::set<std::string> described;
    for (const auto& row : page.described) {
        INFO(row.path());
        CHECK(described.insert(row.path()).second);
    }
    CHECK(described == paths_in(block).keys);
}

TEST_CASE("configuration page: a default in a table is the one in the block", "[docs][configuration]") {
    const auto block = YAML::Load(page.complete_block);
    for (const auto& row : page.described) {
        if (!row.default_value) continue;
        INFO(row.path());
        CHECK(text_of(at(block, row.path())) == *row.default_value);
    }
}

TEST_CASE("configuration page: the loader knows no key that is not in it", "[docs][configuration]") {
    const auto keys = keys_in_loader();
    REQUIRE(keys.size() > 30);
    REQUIRE(keys.contains("header-bytes"));
    const auto written = paths_in(YAML::Load(page.complete_block));
    // Each key that the loader knows anywhere is put into each section that is not documented to have it:
    // it has to be unknown there.
    for (const auto& section : written.sections) {
        for (const auto& key : keys) {
            const auto path = section.empty() ? key : section + "." + key;
            if (written.keys.contains(path) || written.sections.contains(path)) continue;
            auto whole = YAML::Load(page.complete_block);
            auto into = at(whole, section);
            into[key] = "1s";
            INFO(path);
            const auto complaints = config_file{text_of(whole)}.complaints();
            const auto unknown = [&](const std::string& line) {
                return line.find(": " + path + ": is not a known key") != std::string::npos;
            };
            CHECK(std::any_of(complaints.begin(), complaints.end(), unknown));
        }
    }
}
