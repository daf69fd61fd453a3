// Plays requests that were recorded, byte for byte, in the order of their names, with automatic
// approval. EDGECONF_RECORDED_REQUESTS names another folder of `*.request.http` files to play.
#include "support/catch.hpp"
#include "support/running_host.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstdlib>

using namespace edgeconf::test;

namespace {

std::vector<std::filesystem::path> recorded_requests() {
    const auto* named = std::getenv("EDGECONF_RECORDED_REQUESTS");
    std::vector<std::filesystem::path> files;
    for (const auto& entry :
         std::filesystem::directory_iterator{named != nullptr ? named : EDGECONF_TEST_REQUESTS})
        if (entry.path().string().ends_with(".request.http")) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

} // namespace

TEST_CASE("recorded requests: played in order, the first answers 201 and the others 200", "[integration]") {
    const secured_folder secured;
    running_host host{secured.folder(),
                      secured.configuration("  library: memory\n  options: {approval: automatic}\n")};
    const auto files = recorded_requests();
    REQUIRE(files.size() >= 9);
    for (const auto& file : files) {
        INFO(file);
        // A connection each: that is how Flotta's client behaves under load.
        client edge_api{secured.as_edge_api(host.device_address())};
        const auto request = read_file(file);
        const auto answer = edge_api.exchange(request);
        CHECK(answer.status == (file == files.front() ? 201 : 200));
        if (request.starts_with("GET") && request.find("/registration ") != std::string::npos) {
            const auto body = boost::json::parse(answer.body);
            CHECK(body.at("namespace") == "plant-1");
            CHECK(body.at("status") == "registered");
        }
        if (request.find("/configuration ") != std::string::npos)
            CHECK(boost::json::parse(answer.body).at("device-configuration").at("configuration").is_object());
        if (request.starts_with("PUT") || request.starts_with("POST")) CHECK(answer.body.empty());
    }
}
