#include "fleet/text_pool.hpp"

#include "support/catch.hpp"

#include <string>

using namespace edgeconf::fleet;

TEST_CASE("text pool: a text is kept once, for as long as someone holds it", "[fleet][unit]") {
    text_pool pool;
    const std::string text(1000, 'x');
    const auto first = pool.take(text);
    const auto bytes = pool.bytes();
    CHECK(bytes > text.size());
    const auto second = pool.take(std::string(1000, 'x'));
    CHECK(first == second);
    CHECK(first->first.data() != text.data());
    CHECK(pool.size() == 1);
    CHECK(pool.bytes() == bytes);

    pool.give_back(first);
    CHECK(second->first == text);
    pool.give_back(second);
    CHECK(pool.size() == 0);
    CHECK(pool.bytes() == 0);
}

TEST_CASE("text pool: handles outlive what comes and goes beside them", "[fleet][unit]") {
    text_pool pool;
    const auto kept = pool.take("500");
    for (int i = 0; i < 1000; ++i) pool.take(std::to_string(i));
    CHECK(pool.size() == 1000);
    for (int i = 0; i < 1000; ++i) {
        const auto again = pool.take(std::to_string(i));
        pool.give_back(again);
        pool.give_back(again);
    }
    CHECK(pool.size() == 1);
    CHECK(kept->first == "500");
    CHECK(pool.take("") != kept);
}
