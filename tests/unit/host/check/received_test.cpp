#include "check/received.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

using namespace edgeconf::check;
using Catch::Contains;

namespace {

ecp_result well_formed() {
    ecp_result made{};
    made.struct_size = sizeof made;
    return made;
}

ecp_str lent(const std::string& s) { return {s.data(), s.size()}; }

std::string joined(const std::vector<std::string>& faults) {
    std::string made;
    for (const auto& fault : faults) made += fault + "\n";
    return made;
}

} // namespace

TEST_CASE("received: what UTF-8 is") {
    const auto* const text = GENERATE("", "plain", "\t\n\x7f", "\xc3\xa9", "\xe2\x82\xac", "\xed\x9f\xbf",
                                      "\xee\x80\x80", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf");
    CHECK(is_utf8(text));
    CHECK(is_utf8(std::string(text) + "a"));
    CHECK(is_utf8(std::string("a\0b", 3) + text));
}

TEST_CASE("received: what UTF-8 is not") {
    const auto text = GENERATE(values<std::string>({
        "\xff", "\x80", "\xbf", "\xc3", "\xe2\x82", "\xf0\x9f\x98", // none, or not whole
        "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xf0\x80\x80\x80", // longer than it has to be
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", // no character
    }));
    CHECK_FALSE(is_utf8(text));
    CHECK_FALSE(is_utf8("before " + text));
    CHECK_FALSE(is_utf8(text + " behind"));
}

TEST_CASE("received: what is no text can be read in a report all the same") {
    CHECK(legible("caf\xc3\xa9\n\tbar") == "caf\xc3\xa9\n\tbar");
    CHECK(legible(std::string("\xff a\x1b[31m\0\x7f\r", 11)) == "? a?[31m???");
    CHECK(legible("\xc3") == "?");
    CHECK(legible("\xc2\x9b[31m \xc2\xa0") == "?[31m \xc2\xa0"); // a terminal's CSI in one character
    CHECK(is_utf8(legible("\xe2\x82 \xed\xa0\x80 \xf4\x90\x80\x80")));
    CHECK(legible("").empty());
}

TEST_CASE("received: a text is copied, or there is a reason why not") {
    std::string fault;
    const std::string longest(64 << 10, 'x');
    const auto good = lent(longest);
    CHECK(received_text(&good, fault) == longest);
    const ecp_str nothing{nullptr, 0};
    CHECK(received_text(&nothing, fault).empty());
    CHECK(fault.empty());

    CHECK(received_text(nullptr, fault).empty());
    CHECK(fault == "is NULL");
    const ecp_str nowhere{nullptr, 3};
    CHECK(received_text(&nowhere, fault).empty());
    CHECK(fault == "has 3 bytes at NULL");
    const ecp_str endless{"x", ~0ULL};
    CHECK(received_text(&endless, fault).empty());
    CHECK_THAT(fault, Contains("a host takes 65536"));
}

TEST_CASE("received: a result with all that it can have") {
    const std::array<std::string, 3> texts{"{\"a\":", "", "1}"};
    const std::array<ecp_str, 3> parts{lent(texts[0]), {nullptr, 0}, lent(texts[2])};
    const std::string key{"/a"};
    const std::string value{"is no number"};
    const ecp_kv detail{lent(key), lent(value)};
    auto result = well_formed();
    result.status = ECP_INVALID;
    result.parts = parts.data();
    result.n_parts = parts.size();
    result.revision = lent(texts[2]);
    result.message = lent(value);
    result.retry_after_ms = 7;
    result.details = &detail;
    result.n_details = 1;
    result.struct_size = 0xffffffff; // a newer provider's may be larger than any that is known
    const auto made = received_result(&result);
    CHECK(made.malformed.empty());
    CHECK(made.bad_texts.empty());
    CHECK(made.status == ECP_INVALID);
    CHECK(made.body == "{\"a\":1}");
    CHECK(made.revision == "1}");
    CHECK(made.message == value);
    CHECK(made.retry_after_ms == 7);
    REQUIRE(made.details.size() == 1);
    CHECK(made.details.front() == std::pair{key, value});
}

TEST_CASE("received: no more of a result is read than its size covers") {
    // Behind the end there is nothing that may be read: a sanitizer sees who tries.
    const auto size = GENERATE(0U, 4U, 7U, 8U, 20U, static_cast<unsigned>(sizeof(ecp_result)) - 1);
    std::vector<std::byte> memory(std::max<std::size_t>(size, sizeof(std::uint32_t)));
    auto whole = well_formed();
    whole.struct_size = size;
    whole.status = ECP_NOT_FOUND;
    std::memcpy(memory.data(), &whole, memory.size());
    const auto made = received_result(reinterpret_cast<const ecp_result*>(memory.data()));
    CHECK(made.status == (size >= 8 ? ECP_NOT_FOUND : ECP_INTERNAL));
    CHECK_THAT(joined(made.malformed), Contains("set it to sizeof(ecp_result)"));
}

TEST_CASE("received: what a host refuses is told") {
    CHECK(joined(received_result(nullptr).malformed) == "the result is NULL\n");
    auto result = well_formed();
    const ecp_str part{"x", 1};

    SECTION("parts that are nowhere") {
        result.n_parts = 3;
        CHECK(joined(received_result(&result).malformed) == "n_parts is 3 and parts is NULL\n");
    }
    SECTION("more parts than memory has bytes") {
        result.parts = &part;
        result.n_parts = ~0ULL;
        CHECK_THAT(joined(received_result(&result).malformed), Contains("a host takes 4096"));
    }
    SECTION("a part that is nowhere") {
        const ecp_str nowhere{nullptr, 1};
        result.parts = &nowhere;
        result.n_parts = 1;
        CHECK(joined(received_result(&result).malformed) == "parts[0] has 1 bytes at NULL\n");
    }
    SECTION("bodies whose length wraps around") {
        const std::array<ecp_str, 2> parts{ecp_str{"x", 1}, ecp_str{"x", ~0ULL}};
        result.parts = parts.data();
        result.n_parts = parts.size();
        CHECK_THAT(joined(received_result(&result).malformed), Contains("longer than 67108864 bytes"));
        CHECK(received_result(&result).body.empty());
    }
    SECTION("details that are nowhere") {
        result.n_details = 1;
        CHECK(joined(received_result(&result).malformed) == "n_details is 1 and details is NULL\n");
    }
    SECTION("a revision that is nowhere") {
        result.revision.len = 1;
        CHECK(joined(received_result(&result).malformed) == "revision has 1 bytes at NULL\n");
    }
    SECTION("texts that are none") {
        const ecp_str bad{"\xff", 1};
        const ecp_kv detail{bad, part};
        result.parts = &bad;
        result.n_parts = 1;
        result.revision = bad;
        result.message = bad;
        result.details = &detail;
        result.n_details = 1;
        const auto made = received_result(&result);
        CHECK(made.malformed.empty());
        CHECK(made.bad_texts ==
              std::vector<std::string>{"the body", "revision", "message", "a detail's key"});
    }
}
