#include "fleet/encoding.hpp"

#include "support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;

TEST_CASE("encoding: base64 goes both ways", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
        {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {std::string("\x00\xff\xfe", 3), "AP/+"}};
    for (const auto& [bytes, text] : table) {
        CAPTURE(text);
        CHECK(encode_base64(bytes) == text);
        CHECK(decode_base64(text) == bytes);
    }
    CHECK(decode_base64("Zm9v\nZm9v\r\n") == "foofoo");
}

TEST_CASE("encoding: what is not base64 decodes to nothing", "[fleet][unit]") {
    for (const auto* text : {"Zg", "Zg=", "Z", "Zg==Zg==", "Zm 9v", "Zm9-", "====", "Zm9v="}) {
        CAPTURE(text);
        CHECK_FALSE(decode_base64(text));
    }
}

TEST_CASE("encoding: only well-formed UTF-8 is text", "[fleet][unit]") {
    for (const auto* text :
         {"", "plain", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) {
        CAPTURE(text);
        CHECK(is_utf8(text));
    }
    for (const auto* text : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                             "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "a\xe2\x82"}) {
        CHECK_FALSE(is_utf8(text));
    }
}

TEST_CASE("encoding: a text is cut between characters", "[fleet][unit]") {
    CHECK(cut_utf8("abc", 3) == "abc");
    CHECK(cut_utf8("abcd", 3) == "abc");
    CHECK(cut_utf8("ab\xe2\x82\xac", 4) == "ab");
    CHECK(cut_utf8("ab\xe2\x82\xac", 5) == "ab\xe2\x82\xac");
}

TEST_CASE("encoding: sha256 is SHA-256, in lower-case hexadecimal", "[fleet][unit]") {
    CHECK(hexadecimal(sha256("abc"), 64) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hexadecimal(sha256(""), 8) == "e3b0c442");
}
