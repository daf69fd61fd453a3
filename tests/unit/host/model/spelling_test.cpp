#include "support/catch.hpp"

#include "model/spelling.hpp"

using namespace edgeconf;

TEST_CASE("nearest_word: finds the word that was meant", "[model][spelling]") {
    const std::set<std::string, std::less<>> known{"listen", "limits", "tls", "heartbeats", "certificate"};
    const auto [wrong, meant] = GENERATE(table<std::string, std::string>({
        {"listen", "listen"},            // itself
        {"lisen", "listen"},             // a letter missing
        {"liisten", "listen"},           // one too many
        {"lixten", "listen"},            // another
        {"heartbeat", "heartbeats"},     //
        {"certifikat", "certificate"},   // two changes
        {"certifokatee", "certificate"}, // three changes in twelve letters
        {"tl", "tls"},
        {"", ""}, // three letters away from the shortest
        {"entirely-else", ""},
        {"lmntxyz", ""},
    }));
    INFO("wrong: " << wrong);
    CHECK(nearest_word(wrong, known) == meant);
}

TEST_CASE("nearest_word: the nearer of two candidates wins", "[model][spelling]") {
    CHECK(nearest_word("device", {"devise", "devices-all"}) == "devise");
    CHECK(nearest_word("stpo", {"start", "stop"}) == "stop");
}

TEST_CASE("nearest_word: without candidates there is none", "[model][spelling]") {
    CHECK(nearest_word("anything", {}).empty());
}
