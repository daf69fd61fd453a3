// The REST proxy as edgeconf-provider-check judges it, before a host with the memory provider.
#include "check/provider_check.hpp"
#include "support/catch.hpp"
#include "support/running_host.hpp"

using namespace edgeconf::test;

TEST_CASE("provider check: the REST proxy passes", "[rest-proxy]") {
    const temp_folder folder;
    running_host upstream{
        folder, "device-api: {listen: 127.0.0.1:0}\nobserve: {listen: 127.0.0.1:0, log: {level: info}}\n"
                "provider:\n  library: memory\n"
                "  options: {approval: automatic, allowed-namespaces: [default]}\n"};
    const auto options = folder.write("options.json", R"({"upstreams": [{"url": "http://)" +
                                                          upstream.device_address() + R"("}]})");
    const auto done = check_provider(REST_PROXY_PROVIDER, {"--config", options.string()});
    INFO(done.output << done.errors);
    CHECK(done.exit_code == 0);
    CHECK(upstream.stop().exit_code == 0);
}
