// What the proxy tells upstreams about itself.
#include "rest-proxy/conducts.hpp"
#include "rest-proxy/proxy_host.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

using namespace edgeconf::test;

namespace {

std::string with_token(const faulty_upstream& of, const std::filesystem::path& file) {
    return asking({of.url()}, R"("deadline": "20s", "cache": {"bytes": 0}, "bearer-token-file": ")" +
                                  file.string() + "\"");
}

script admits(std::string authorization) {
    return [=](const heard_request& r) {
        const auto given = r.fields.find("authorization");
        return given != r.fields.end() && given->second == authorization ? sound(r) : answer(401);
    };
}

} // namespace

TEST_CASE("credentials: a token from a file goes along, and its successor as soon as it is needed",
          "[rest-proxy]") {
    const temp_folder folder;
    const auto file = folder.write("token", "first\n");
    faulty_upstream upstream{admits("Bearer first")};
    proxy_host host{with_token(upstream, file)};
    CHECK(host.get("press-1").status == 200);

    std::filesystem::rename(folder.write("next", "second, of another length"), file);
    upstream.behave(admits("Bearer second, of another length"));
    CHECK(host.get("press-1").status == 401); // blanks are no part of a token: the former one stays
    // Whoever gets 401 looks into the file at once.
    std::filesystem::rename(folder.write("next", "third"), file);
    upstream.behave(admits("Bearer third"));
    for (int i = 0; i < 5; ++i) CHECK(host.get("press-1").status == 200);

    std::filesystem::remove(file);
    CHECK(host.get("press-1").status == 200);
    CHECK(host.stops());
}

TEST_CASE("credentials: a token that is replaced is taken though the former one still does", "[rest-proxy]") {
    const temp_folder folder;
    const auto file = folder.write("token", "first");
    faulty_upstream upstream{sound};
    proxy_host host{with_token(upstream, file)};
    CHECK(host.get("press-1").status == 200);
    std::filesystem::rename(folder.write("next", "second"), file);
    CHECK(eventually([&] {
        return host.get("press-1").status == 200 &&
               upstream.heard().back().fields.at("authorization") == "Bearer second";
    }));
    CHECK(host.stops());
}

TEST_CASE("credentials: a token that is refused for good costs two calls, and is a clean 401",
          "[rest-proxy]") {
    const temp_folder folder;
    faulty_upstream upstream{always(answer(401))};
    proxy_host host{with_token(upstream, folder.write("token", "revoked"))};
    const auto given = host.get("press-1");
    CHECK(given.status == 401);
    CHECK(is_clean(given));
    CHECK(upstream.requests() <= 2);
    CHECK(host.stops());
}

TEST_CASE("credentials: headers that are configured go along with every call", "[rest-proxy]") {
    faulty_upstream upstream{sound};
    proxy_host host{asking(
        {upstream.url()},
        R"("deadline": "20s", "headers": {"X-Site": "plant one", "Authorization": "Basic c2l0ZTpzZWNyZXQ="})")};
    CHECK(host.get("press-1").status == 200);
    CHECK(host.device().request("PUT", device_path("press-1", "heartbeat"), R"({"status":"up"})").status ==
          200);
    const auto heard = upstream.heard();
    REQUIRE(heard.size() == 2);
    for (const auto& r : heard) {
        CHECK(r.fields.at("x-site") == "plant one");
        CHECK(r.fields.at("authorization") == "Basic c2l0ZTpzZWNyZXQ=");
        CHECK("http://" + r.fields.at("host") == upstream.url());
        CHECK(r.fields.at("accept") == "application/json");
    }
    CHECK(heard[1].fields.at("content-type") == "application/json");
    CHECK(heard[1].body == R"({"status":"up"})");
    CHECK(host.stops());
}
