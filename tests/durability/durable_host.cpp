#include "durability/durable_host.hpp"

#include "support/eventually.hpp"

#include <boost/json/parse.hpp>

#include <csignal>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace edgeconf::test {

namespace json = boost::json;

namespace {

constexpr std::string_view address_key = "address=";

// The line that says all of `words`; empty if there is none, or not all of it yet.
std::string line_with(std::string_view log, const std::vector<std::string>& words) {
    for (std::size_t from = 0; from < log.size();) {
        const auto end = log.find('\n', from);
        if (end == std::string_view::npos) break;
        const auto line = log.substr(from, end - from);
        bool says_all = true;
        for (const auto& word : words) says_all = says_all && line.find(word) != std::string_view::npos;
        if (says_all) return std::string{line};
        from = end + 1;
    }
    return {};
}

std::string address_in(const std::string& line) {
    const auto from = line.find(address_key);
    if (from == std::string::npos) throw std::runtime_error{"no address in: " + line};
    const auto begin = from + address_key.size();
    return line.substr(begin, line.find(' ', begin) - begin);
}

} // namespace

durable_host::durable_host(durable_host_settings settings) : settings_{std::move(settings)} {
    folder().write("log", {});
    std::filesystem::create_directory(manifests());
    std::filesystem::create_directory(database().parent_path());
}

durable_host::~durable_host() {
    if (process_ && !process_->is_running()) std::cerr << "the host has died:\n" << log();
}

std::string durable_host::configuration(std::string_view socket) const {
    std::string provider = "  library: file\n  options:\n    manifests: fleet\n    database: db/fleet.db\n";
    for (const auto& option : settings_.options) provider.append("    ").append(option).append("\n");
    return std::string{"admin-api: {socket: "}.append(socket).append("}\n") +
           secured_.configuration(provider);
}

std::vector<std::string> durable_host::command(const std::filesystem::path& configuration) const {
    auto made = settings_.command_prefix;
    made.insert(made.end(), {edgeconf_binary(), "serve", "--config", configuration});
    return made;
}

void durable_host::launch() {
    log_begin_ = read_file(log_file()).size();
    process_ =
        std::make_unique<process>(command(folder().write("edgeconf.yaml", configuration("admin.sock"))),
                                  settings_.environment, log_file());
}

void durable_host::start() {
    launch();
    std::string pages;
    std::string devices;
    const auto is_ready = [&] {
        const bool running = process_->is_running();
        const auto said = log();
        pages = line_with(said, {"api=observe"});
        devices = line_with(said, {"api=device"});
        if (!line_with(said, {" ready"}).empty() && !pages.empty() && !devices.empty()) return true;
        if (!running) throw std::runtime_error{"the host does not start:\n" + said};
        return false;
    };
    if (!eventually(is_ready)) throw std::runtime_error{"the host is never ready:\n" + log()};
    pages_address_ = address_in(pages);
    device_address_ = address_in(devices);
}

void durable_host::kill() {
    const bool lived = process_->is_running();
    process_->signal(SIGKILL);
    (void)process_->wait();
    process_.reset();
    // A sanitizer's finding is in no exit code here.
    if (!lived || log().find("Sanitizer") != std::string::npos)
        throw std::runtime_error{"the host was not well before it was killed:\n" + log()};
}

finished durable_host::stop() {
    process_->signal(SIGTERM);
    auto ended = process_->wait();
    process_.reset();
    return ended;
}

finished durable_host::start_second() {
    return run(command(folder().write("second.yaml", configuration("second.sock"))), settings_.environment);
}

edge_api_client durable_host::connect() const {
    return edge_api_client{secured_.as_edge_api(device_address_)};
}

finished durable_host::edgeconf(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), edgeconf_binary());
    arguments.insert(arguments.end(), {"--socket", (folder().path() / "admin.sock").string()});
    return run(std::move(arguments));
}

exported_fleet durable_host::exported() const {
    const auto file = folder().path() / "export.jsonl";
    const auto ended = edgeconf({"export", "-o", file});
    if (ended.exit_code != 0) throw std::runtime_error{"cannot export: " + ended.errors};
    std::istringstream lines{read_file(file)};
    exported_fleet made;
    bool complete = false;
    for (std::string line; std::getline(lines, line);) {
        const auto value = json::parse(line);
        const auto& members = value.as_object();
        if (const auto* device = members.if_contains("device"))
            made.devices.emplace(device->at("id").as_string(), *device);
        if (members.contains("object")) ++made.objects;
        complete = members.contains("end");
    }
    if (!complete) throw std::runtime_error{"the export has no end"};
    return made;
}

reply durable_host::page(std::string_view path) const {
    client watcher{target{pages_address_, {}, {}, {}}};
    return watcher.request("GET", path);
}

double durable_host::metric(const std::string& name) const {
    const auto text = page("/metrics").body;
    const auto at = text.find("\n" + name + " ");
    if (at == std::string::npos) throw std::runtime_error{"no metric " + name + " in:\n" + text};
    return std::stod(text.substr(at + name.size() + 2));
}

std::string durable_host::log() const { return read_file(log_file()).substr(log_begin_); }

void durable_host::wait_for_log(const std::vector<std::string>& words) const {
    if (eventually([&] { return !line_with(log(), words).empty(); })) return;
    std::string all;
    for (const auto& word : words) all += " '" + word + "'";
    throw std::runtime_error{"no line with" + all + " in:\n" + log()};
}

} // namespace edgeconf::test
