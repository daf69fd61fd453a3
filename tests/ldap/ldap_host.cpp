#include "ldap/ldap_host.hpp"

#include "support/device_key.hpp"
#include "support/eventually.hpp"
#include "support/running_host.hpp"

#include <csignal>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace edgeconf::test {

namespace {

std::string address_in(std::string_view log, std::string_view api) {
    const auto line = log.find("api=" + std::string{api});
    if (line == std::string_view::npos) return {};
    constexpr std::string_view key = "address=";
    const auto begin = log.find(key, line);
    const auto end = log.find_first_of(" \n", begin);
    if (begin == std::string_view::npos || end == std::string_view::npos) return {};
    return std::string{log.substr(begin + key.size(), end - begin - key.size())};
}

// A value that may have any bytes, as LDIF has it in one line.
std::string base64(std::string_view bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string made;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto three = bytes.substr(i, 3);
        unsigned bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
            bits = bits << 8U | (k < three.size() ? static_cast<unsigned char>(three[k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k)
            made += k <= three.size() ? digits[bits >> (18 - 6 * k) & 63U] : '=';
    }
    return made;
}

} // namespace

ldap_host::ldap_host(const slapd& directory, ldap_host_settings settings)
    : settings_{std::move(settings)}, url_{settings_.url.empty() ? directory.url() : settings_.url},
      base_{directory.base()}, self_{directory.host()} {
    folder_.write("log", {});
    folder_.write("password", self_.password);
}

ldap_host::~ldap_host() {
    if (process_ && !process_->is_running()) std::cerr << "the host has died:\n" << log();
}

std::string ldap_host::configuration() const {
    auto made = "device-api: {listen: 127.0.0.1:0}\nadmin-api: {socket: admin.sock}\n"
                "observe: {listen: 127.0.0.1:0, log: {level: debug}}\nthreads: 2\n"
                "provider:\n  library: ldap\n  options:\n    urls: " +
                url_ + "\n    base: \"" + base_ + "\"\n    bind: {method: simple, dn: \"" + self_.dn +
                "\", password-file: password}\n    connect-timeout: 500ms\n    operation-timeout: 500ms\n"
                "    follow: {by: " +
                settings_.follow + ", poll-interval: 1s, deletion-interval: 1s, probe-interval: 1s}\n";
    for (const auto& option : settings_.options) made.append("    ").append(option).append("\n");
    return made;
}

void ldap_host::launch() {
    log_begin_ = log().size();
    const std::map<std::string, std::string> environment;
    process_ =
        std::make_unique<process>(std::vector<std::string>{edgeconf_binary(), "serve", "--config",
                                                           folder_.write("edgeconf.yaml", configuration())},
                                  environment, folder_.path() / "log");
}

void ldap_host::start() {
    launch();
    const bool ready = eventually([&] {
        const bool running = process_->is_running();
        const auto said = log().substr(log_begin_);
        pages_address_ = address_in(said, "observe");
        device_address_ = address_in(said, "device");
        if (said.find(" ready") != std::string::npos && !pages_address_.empty() && !device_address_.empty())
            return true;
        if (!running) throw std::runtime_error{"the host does not start:\n" + said};
        return false;
    });
    if (!ready) throw std::runtime_error{"the host is never ready:\n" + log()};
}

finished ldap_host::fails_to_start() {
    launch();
    auto ended = process_->wait();
    process_.reset();
    ended.errors = log().substr(log_begin_);
    return ended;
}

void ldap_host::kill() {
    process_->signal(SIGKILL);
    (void)process_->wait();
    process_.reset();
}

finished ldap_host::stop() {
    process_->signal(SIGTERM);
    auto ended = process_->wait();
    process_.reset();
    return ended;
}

finished ldap_host::edgeconf(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), edgeconf_binary());
    arguments.insert(arguments.end(), {"--socket", (folder_.path() / "admin.sock").string()});
    return run(std::move(arguments));
}

std::string ldap_host::page(std::string_view path) const {
    client watcher{{pages_address_, {}, {}, {}}};
    return watcher.request("GET", path).body;
}

double ldap_host::metric(std::string_view name) const {
    const auto all = page("/metrics");
    const auto line = "\nedgeconf_provider_own_" + std::string{name} + " ";
    const auto found = all.find(line);
    if (found == std::string::npos) throw std::runtime_error{"no metric " + std::string{name}};
    return std::stod(all.substr(found + line.size()));
}

std::string ldap_host::health() const {
    auto said = page("/readyz");
    return said.starts_with("degraded: the provider is demoted: ") ? "ok\n" : said;
}

std::string ldap_host::log() const { return read_file(folder_.path() / "log"); }

std::string ldap_options(const slapd& directory, std::string_view more) {
    return R"({"urls": ")" + directory.url() + R"(", "base": ")" + directory.base() +
           R"(", "bind": {"method": "simple", "dn": ")" + directory.host_dn() + R"(", "password-file": ")" +
           directory.password_file().string() + R"("})" + std::string{more} + "}";
}

void set_attribute(const slapd& directory, const std::string& dn, std::string_view attribute,
                   std::string_view value) {
    auto change = "dn: " + dn + "\nchangetype: modify\nreplace: " + std::string{attribute} + "\n";
    if (!value.empty()) change += std::string{attribute} + ":: " + base64(value) + "\n";
    directory.modify(change);
}

void approve(const slapd& directory, std::string_view id) {
    set_attribute(directory, device_dn(directory, id), "edgeApproval", "approved");
}

void add_device(const slapd& directory, std::string_view id, std::string_view label) {
    directory.add("dn: " + device_dn(directory, id) +
                  "\nobjectClass: edgeDevice\nedgeApproval: approved\nedgeDeviceId: " + std::string{id} +
                  "\nedgeNamespace: plant-1\nedgeLabel: " + std::string{label} + "\n");
}

std::string object_dn(const slapd& directory, std::string_view kind, std::string_view name) {
    return "cn=" + std::string{name} + "+edgeKind=" + std::string{kind} + ",ou=objects," + directory.base();
}

void add_object(const slapd& directory, std::string_view kind, std::string_view name,
                std::string_view attribute, std::string_view content) {
    directory.add("dn: " + object_dn(directory, kind, name) +
                  "\nobjectClass: edgeObject\nedgeKind: " + std::string{kind} + "\ncn: " + std::string{name} +
                  "\nedgeNamespace: plant-1\n" + std::string{attribute} + ":: " + base64(content) + "\n");
}

std::string workload_spec(std::string_view label, std::string_view image) {
    const auto equals = label.find('=');
    return "type: pod\ndeviceSelector:\n  matchLabels:\n    " + std::string{label.substr(0, equals)} + ": " +
           std::string{label.substr(equals + 1)} +
           "\npod:\n  spec:\n    containers:\n      - name: main\n        image: " + std::string{image} +
           "\n";
}

std::string values_of(const slapd& directory, const std::string& dn, const std::string& attribute) {
    const auto done =
        directory.try_search({"-b", dn, "-s", "base", "(objectClass=*)", attribute}, directory.root());
    std::istringstream lines{done.output};
    std::string made;
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(attribute + ":")) continue;
        const auto value = line.find_first_not_of(": ", attribute.size());
        if (!made.empty()) made += "\n";
        if (value != std::string::npos) made += line.substr(value);
    }
    return made;
}

bool joins(const slapd& directory, edge_api_client& host, const std::string& id) {
    if (host.enrol("plant-1", id).status != 201) return false;
    approve(directory, id);
    if (!eventually([&] { return host.get_registration(id).status == 200; })) return false;
    return host.put_registration("plant-1", id, device_key{}.certificate_request(id)).status == 200;
}

bool has_workload(edge_api_client& host, const std::string& id, std::string_view name) {
    const auto answer = host.get_configuration("plant-1", id);
    return answer.status == 200 &&
           answer.body.find("\"name\":\"" + std::string{name} + "\"") != std::string::npos;
}

} // namespace edgeconf::test
