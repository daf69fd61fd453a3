// A host with the file provider that is killed and started again on what it has stored.
#pragma once

#include "support/edge_api_client.hpp"
#include "support/running_host.hpp"

#include <boost/json/value.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::test {

// What `edgeconf export` says of a fleet.
struct exported_fleet {
    std::map<std::string, boost::json::value> devices; // by id
    std::size_t objects = 0;
};

struct durable_host_settings {
    // Members of the provider's options besides `manifests: fleet` and `database: db/fleet.db`, as YAML in
    // one line each.
    std::vector<std::string> options{};
    std::map<std::string, std::string> environment{};
    std::vector<std::string> command_prefix{}; // the host is started by this command
};

// Its folder has the configuration, `fleet/` for manifests, `db/` for the database and the log of all that
// ran in it. One thread starts and ends it; any may ask meanwhile.
class durable_host {
public:
    explicit durable_host(durable_host_settings settings);
    // Prints the log of a host that has died by itself.
    ~durable_host();
    durable_host(const durable_host&) = delete;
    durable_host& operator=(const durable_host&) = delete;

    const temp_folder& folder() const noexcept { return secured_.folder(); }
    std::filesystem::path manifests() const { return folder().path() / "fleet"; }
    std::filesystem::path database() const { return folder().path() / "db" / "fleet.db"; }

    // Ready when it returns; throws with its log if it ends instead.
    void start();
    // Not waiting for anything.
    void launch();
    // SIGKILL. Throws with its log if it has died by itself, or if a sanitizer has found something.
    void kill();
    finished stop(); // SIGTERM
    // Another host on the same database, which runs to its end.
    finished start_second();
    pid_t id() const { return process_->id(); }

    // All below need a started host.

    edge_api_client connect() const;
    // A verb of the administrators'.
    finished edgeconf(std::vector<std::string> arguments) const;
    exported_fleet exported() const;
    reply page(std::string_view path) const;
    // The sample of a metric without labels; throws if there is none.
    double metric(const std::string& name) const;

    // Since it was started.
    std::string log() const;
    // Waits until a line says all of these; throws with the log when patience ends.
    void wait_for_log(const std::vector<std::string>& words) const;

private:
    std::filesystem::path log_file() const { return folder().path() / "log"; }
    std::string configuration(std::string_view socket) const;
    std::vector<std::string> command(const std::filesystem::path& configuration) const;

    durable_host_settings settings_;
    secured_folder secured_;
    std::unique_ptr<process> process_;
    std::size_t log_begin_ = 0;
    std::string device_address_;
    std::string pages_address_;
};

} // namespace edgeconf::test
