// A provider that answers heartbeats only when it is told to: when the file named by the option
// `release` exists. Everything else it answers at once.
#include <ecp/provider.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace {

class slow {
public:
    slow(ecp::host host, std::string_view options, ecp::diagnostics&)
        : host_{host},
          release_{boost::json::parse({options.data(), options.size()}).at("release").as_string().c_str()} {}

    void start(ecp_op op) { host_.complete(op, ecp::reply{ECP_OK}); }

    void stop(ecp_op op) {
        for (auto& waiter : waiters_) waiter.join();
        host_.complete(op, ecp::reply{ECP_OK});
    }

    void put_heartbeat(const ecp_request&, ecp_op op) {
        host_.log(ECP_LOG_INFO, "a heartbeat waits");
        waiters_.emplace_back([this, op] {
            while (!std::filesystem::exists(release_) && !host_.is_cancelled(op))
                std::this_thread::sleep_for(std::chrono::milliseconds{1});
            host_.complete(op, ecp::reply{ECP_OK});
        });
    }

private:
    ecp::host host_;
    std::filesystem::path release_;
    std::vector<std::thread> waiters_; // calls come one at a time: ECP_CONCURRENCY_ONE
};

constexpr const char* schema =
    R"({"type":"object","required":["release"],"properties":{"release":{"type":"string","format":"path"}}})";

} // namespace

ECP_EXPORT const ecp_provider* ecp_provider_entry_v1(const ecp_host*) {
    static constexpr auto table = ecp::table<slow>(
        {.id = "io.edgeconf.test.slow", .version = "1", .vendor = "edgeconf", .config_schema = schema});
    return &table;
}
