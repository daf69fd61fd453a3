#include "fleet/hardware_codec.hpp"

#include "fleet/encoding.hpp"
#include "fleet/hardware_dictionary.hpp"
#include "fleet/wire_body.hpp"
#include "hardware_samples.hpp"

#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;
namespace json = boost::json;

namespace {

// As the server keeps it, once it has been read from a request's body.
std::string kept_text(json::object hardware) {
    const json::object body{{"hardware", std::move(hardware)}};
    return json::serialize(read_registration(json::serialize(body))->hardware.hardware());
}

compact_hardware changed_at(const compact_hardware& packed, std::size_t at, char bits) {
    std::string bytes{packed.bytes()};
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ bits);
    return compact_hardware{bytes};
}

} // namespace

TEST_CASE("hardware_codec: what was packed is unpacked", "[fleet][unit]") {
    hardware_codec codec;
    for (std::size_t i = 0; i < 50; ++i) {
        const auto text = kept_text(sample_hardware(i));
        CHECK(codec.unpack(codec.pack(text)).value() == text);
    }
    for (const auto& text : {std::string{"{}"}, std::string{'\0'}, std::string(hardware_text_limit, 'x')}) {
        CHECK(codec.unpack(codec.pack(text)).value() == text);
    }
    CHECK(codec.pack("").empty());
    CHECK(codec.unpack(compact_hardware{}).value().empty());
    CHECK_THROWS_AS(codec.pack(std::string(hardware_text_limit + 1, 'x')), std::length_error);
}

TEST_CASE("hardware_codec: a device costs little more than a kilobyte", "[fleet][unit]") {
    hardware_codec codec;
    std::size_t texts = 0;
    std::size_t packed = 0;
    std::size_t largest = 0;
    constexpr std::size_t devices = 300;
    for (std::size_t i = 0; i < devices; ++i) {
        const auto text = kept_text(sample_hardware(i));
        const auto size = codec.pack(text).bytes().size();
        texts += text.size();
        packed += size;
        largest = std::max(largest, size);
    }
    CHECK(texts / devices > 19'000);
    CHECK(packed / devices < 1'200);
    CHECK(largest < 1'700);
}

TEST_CASE("hardware_codec: text that does not compress grows by next to nothing", "[fleet][unit]") {
    hardware_codec codec;
    std::string noise(hardware_text_limit, '\0');
    std::mt19937 random{1}; // NOLINT: the same noise every time
    for (auto& each : noise) each = static_cast<char>(random() & 0xff);
    const auto packed = codec.pack(noise);
    CHECK(packed.bytes().size() < noise.size() + 64);
    CHECK(codec.unpack(packed).value() == noise);
}

TEST_CASE("hardware_codec: packed bytes stand alone", "[fleet][unit]") {
    const auto text = kept_text(sample_hardware(7));
    std::string stored;
    {
        hardware_codec codec;
        codec.pack(kept_text(noisy_hardware(1)));
        stored = codec.pack(text).bytes();
    }
    const hardware_codec another;
    CHECK(another.unpack(compact_hardware{stored}).value() == text);
}

TEST_CASE("hardware_codec: hardware that an older version packed is unpacked", "[fleet][unit]") {
    // Stored bytes need the very dictionary that they were packed with: a new one takes a new format.
    CHECK(hexadecimal(sha256(hardware_dictionary()), 64) ==
          "b460e444e75a26caaf14dc813c6b63e8572545a2c6c9d0e8b2491a8aa766fb32");
    const auto stored = decode_base64("ASi1L/0kWcUAAFBlZGdlLTcifV19AwCNH5oAN45i1dfBgGtMKDI=");
    REQUIRE(stored);
    const hardware_codec codec;
    CHECK(codec.unpack(compact_hardware{*stored}).value() ==
          R"({"hostname":"edge-7","mounts":[{"device":"tmpfs","directory":"/dev/shm","type":"tmpfs"}]})");
}

TEST_CASE("hardware_codec: the dictionary is hardware as devices send it", "[fleet][unit]") {
    const auto dictionary = json::parse(hardware_dictionary()).get_object();
    CHECK(kept_text(dictionary) == hardware_dictionary());
}

TEST_CASE("hardware_codec: damaged bytes give what was packed or an error, never something else",
          "[fleet][unit]") {
    hardware_codec codec;
    const auto text = kept_text(sample_hardware(3));
    const auto packed = codec.pack(text);
    std::size_t harmless = 0; // some bits of a frame mean nothing
    for (std::size_t at = 1; at < packed.bytes().size(); ++at) {
        for (const char bits : {'\x01', '\x80', '\xff'}) {
            const auto unpacked = codec.unpack(changed_at(packed, at, bits));
            CAPTURE(at);
            if (unpacked) {
                ++harmless;
                REQUIRE(*unpacked == text);
            } else {
                REQUIRE(unpacked.error() == unpack_problem::damaged);
            }
        }
    }
    CHECK(harmless < 10);
    for (std::size_t length = 1; length < packed.bytes().size(); ++length) {
        const auto unpacked = codec.unpack(compact_hardware{packed.bytes().substr(0, length)});
        CAPTURE(length);
        REQUIRE(unpacked.has_error());
        REQUIRE(unpacked.error() == unpack_problem::damaged);
    }
    const auto longer = std::string{packed.bytes()} + std::string{packed.bytes().substr(1)};
    CHECK(codec.unpack(compact_hardware{longer}).error() == unpack_problem::damaged);
}

TEST_CASE("hardware_codec: another format is told apart from damage", "[fleet][unit]") {
    hardware_codec codec;
    const auto packed = codec.pack("{}");
    CHECK(codec.unpack(changed_at(packed, 0, '\x03')).error() == unpack_problem::unknown_format);
    CHECK(codec.unpack(compact_hardware{R"({"hostname":"h"})"}).error() == unpack_problem::unknown_format);
}

TEST_CASE("hardware_codec: a frame that is small and unpacks to much is refused", "[fleet][unit]") {
    // Made by hand after RFC 8878: magic number, a single segment whose size takes 8 bytes, and one block
    // that repeats one byte. `length` of it, while the frame speaks of `size`.
    const auto frame = [](std::uint64_t size, std::uint32_t length) {
        std::string made = "\x01\x28\xb5\x2f\xfd\xe0";
        for (int i = 0; i < 8; ++i) made.push_back(static_cast<char>(size >> (8 * i) & 0xff));
        const auto block = length << 3 | 3u;
        for (int i = 0; i < 3; ++i) made.push_back(static_cast<char>(block >> (8 * i) & 0xff));
        return compact_hardware{made + "x"};
    };
    constexpr auto limit = std::uint32_t{hardware_text_limit};
    const hardware_codec codec;
    CHECK(codec.unpack(frame(limit, limit)).value() == std::string(limit, 'x'));
    CHECK(codec.unpack(frame(limit + 1, limit + 1)).error() == unpack_problem::damaged);
    CHECK(codec.unpack(frame(limit, limit - 1)).error() == unpack_problem::damaged);
    CHECK(codec.unpack(frame(limit - 1, limit)).error() == unpack_problem::damaged);
    CHECK(codec.unpack(frame(UINT64_MAX, limit)).error() == unpack_problem::damaged);
    CHECK(codec.unpack(frame(UINT64_MAX >> 1, limit)).error() == unpack_problem::damaged);
}

TEST_CASE("hardware_codec: any thread unpacks while another packs", "[fleet][unit]") {
    hardware_codec codec;
    const auto text = kept_text(sample_hardware(1));
    const auto packed = codec.pack(text);
    std::vector<int> wrong(3);
    std::vector<std::thread> readers;
    for (auto& each : wrong) {
        readers.emplace_back([&] {
            for (int i = 0; i < 100; ++i) each += codec.unpack(packed).value() == text ? 0 : 1;
        });
    }
    bool same = true;
    for (std::size_t i = 0; i < 20; ++i) same = codec.pack(text) == packed && same;
    for (auto& each : readers) each.join();
    CHECK(same);
    CHECK(wrong == std::vector<int>(3));
}
