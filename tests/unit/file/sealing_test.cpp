#include "file/sealing.hpp"

#include "fleet_sample.hpp"

#include "fleet/encoding.hpp"

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <algorithm>
#include <string>

#include <sys/stat.h>

using namespace edgeconf;
using namespace edgeconf::file;

namespace {

sealing_key key(unsigned char first) {
    std::array<unsigned char, sealing_key::size> bytes{};
    bytes[0] = first;
    return sealing_key{bytes};
}

struct key_file {
    test::temp_folder folder;
    std::filesystem::path file;

    explicit key_file(std::string_view content, mode_t mode = 0600) : file{folder.write("key", content)} {
        chmod(file.c_str(), mode);
    }
    std::string problem() const {
        return problem_in([&] { read_key_file(file); });
    }
};

const std::string bytes = "0123456789abcdefghijklmnopqrstuv";
const std::string as_hex = "303132333435363738396162636465666768696A6b6c6d6e6f70717273747576";

} // namespace

TEST_CASE("sealing: what was sealed opens with the same key and identity alone", "[file][sealing]") {
    const sealing one{key(1)};
    const sealing other{key(2)};
    for (const auto& text : {std::string{}, std::string{"a secret"}, std::string(100'000, 'x')}) {
        const auto sealed = one.seal(text, "row 1");
        CHECK(sealed.size() == text.size() + 29);
        CHECK(one.open(sealed, "row 1") == text);
        CHECK_FALSE(one.open(sealed, "row 2"));
        CHECK_FALSE(one.open(sealed, ""));
        CHECK_FALSE(other.open(sealed, "row 1"));
        CHECK(one.seal(text, "row 1") != sealed);
    }
}

TEST_CASE("sealing: any byte that differs, or is missing, is noticed", "[file][sealing]") {
    const sealing one{key(1)};
    const auto sealed = one.seal("a secret", "row");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto changed = sealed;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        CHECK_FALSE(one.open(changed, "row"));
        CHECK_FALSE(one.open(sealed.substr(0, i), "row"));
    }
    CHECK_FALSE(one.open(sealed + '\0', "row"));
}

TEST_CASE("sealing: keys are read as base64 and as hexadecimal digits", "[file][sealing]") {
    const key_file base64{fleet::encode_base64(bytes) + "\n"};
    const key_file hexadecimal{" " + as_hex + "\r\n", 0440};
    for (const auto* each : {&base64, &hexadecimal}) {
        const auto read = read_key_file(each->file);
        CHECK(std::string{reinterpret_cast<const char*>(read.data()), sealing_key::size} == bytes);
    }
}

TEST_CASE("sealing: what is no key is refused, and never quoted", "[file][sealing]") {
    for (const auto& content : {std::string{}, std::string{"topsecret"}, fleet::encode_base64("topsecret"),
                                fleet::encode_base64(bytes + "1"), as_hex.substr(2), as_hex + "00",
                                "zz" + as_hex.substr(2), std::string(5'000, 'A'), bytes}) {
        const auto problem = key_file{content}.problem();
        CHECK(problem.find("openssl rand -base64 32") != std::string::npos);
        if (!content.empty()) CHECK(problem.find(content) == std::string::npos);
    }
}

TEST_CASE("sealing: a key that others can get at is refused", "[file][sealing]") {
    const auto text = fleet::encode_base64(bytes);
    for (const mode_t mode : {0644u, 0604u, 0620u, 0660u, 0601u}) {
        CHECK(key_file{text, mode}.problem().find("others can get at it") != std::string::npos);
    }
    const test::temp_folder folder;
    CHECK(problem_in([&] { read_key_file(folder.path()); }).find("not a regular file") != std::string::npos);
    CHECK(problem_in([&] { read_key_file(folder.path() / "absent"); }).find("umask 077") !=
          std::string::npos);
}

TEST_CASE("sealing: a MAC is HMAC-SHA-256 with a key by HKDF, RFC 5869, and each key's own",
          "[file][sealing]") {
    const auto made = sealing{key(1)}.mac("a hash");
    fleet::digest bytes_of{};
    REQUIRE(made.size() == bytes_of.size());
    std::copy(made.begin(), made.end(), bytes_of.begin());
    // As hmac and hashlib of Python have it.
    CHECK(fleet::hexadecimal(bytes_of, 64) ==
          "17d1d32b9d9633626e21ea8a5c2dc7571838c3a103a6e9453344f9d1d6f3555a");
    CHECK(sealing{key(1)}.mac("a hash") == made);
    CHECK(sealing{key(1)}.mac("another") != made);
    CHECK(sealing{key(2)}.mac("a hash") != made);
}
