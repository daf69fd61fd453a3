// The LDAP provider as edgeconf-provider-check judges it.
#include "check/provider_check.hpp"
#include "ldap/ldap_host.hpp"
#include "support/catch.hpp"

#include <sys/stat.h>

#include <fstream>
#include <stdexcept>
#include <thread>

using namespace edgeconf::test;

namespace {

// Shell commands that stop and start a directory, which is a child of this process.
class directory_switch {
public:
    explicit directory_switch(slapd& directory) : directory_{directory} {
        for (const auto& pipe : {asked_, done_}) {
            if (mkfifo(pipe.c_str(), 0600) != 0) throw std::runtime_error{"no pipe for commands"};
        }
        thread_ = std::thread{[this] { run(); }};
    }
    ~directory_switch() {
        std::ofstream{asked_} << "end\n";
        thread_.join();
    }
    directory_switch(const directory_switch&) = delete;
    directory_switch& operator=(const directory_switch&) = delete;

    std::string off() const { return command("stop"); }
    std::string on() const { return command("start"); }

private:
    std::string command(const std::string& word) const {
        return "echo " + word + " > '" + asked_.string() + "' && read done < '" + done_.string() + "'";
    }
    // Not this thread's to judge: a directory that does not come up fails the checks.
    void run() {
        for (std::string word;;) {
            if (!(std::ifstream{asked_} >> word) || word == "end") return;
            word == "stop" ? directory_.kill() : directory_.start();
            std::ofstream{done_} << "done\n";
        }
    }

    slapd& directory_;
    temp_folder folder_;
    const std::filesystem::path asked_ = folder_.path() / "asked";
    const std::filesystem::path done_ = folder_.path() / "done";
    std::thread thread_;
};

void check(const std::string& more, const std::vector<std::string>& arguments = {},
           bool with_objects = false) {
    slapd directory{{.fast = true}};
    if (with_objects) {
        directory.add("dn: " + device_dn(directory, "pump-7") +
                      "\nobjectClass: edgeDevice\nedgeApproval: approved\nedgeDeviceId: "
                      "pump-7\nedgeNamespace: plant-1\n"
                      "edgeLabel: site=north\n\ndn: " +
                      device_dn(directory, "pump-8") +
                      "\nobjectClass: edgeDevice\nedgeApproval: approved\nedgeDeviceId: "
                      "pump-8\nedgeNamespace: plant-1\n");
        add_object(directory, "EdgeWorkload", "web", "edgeSpec",
                   workload_spec("site=north", "example/web:1"));
    }
    const temp_folder folder;
    const auto options = folder.write("options.json", ldap_options(directory, more));
    std::vector<std::string> all{"--config", options.string()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const directory_switch power{directory};
    all.insert(all.end(), {"--break", power.off(), "--mend", power.on()});
    const auto done = check_provider(LDAP_PROVIDER, all);
    INFO(done.output << done.errors);
    CHECK(done.exit_code == 0);
}

} // namespace

TEST_CASE("provider check: passes where devices are let in, and its directory comes and goes", "[.][check]") {
    check(R"(, "approval": "automatic", "allowed-namespaces": ["default"])");
}

TEST_CASE("provider check: passes where devices wait, and some run something", "[.][check]") {
    check(R"(, "heartbeats": "write")",
          {"--device", "pump-7", "--device", "pump-8", "--only", R"(^(domain|completion|concurrency)\.)"},
          true);
}
