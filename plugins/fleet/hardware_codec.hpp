// A device's hardware made small: some 20 KB of JSON text in about 1.1 KB.
//
// zstd with a dictionary of what such hardware usually says. Whatever is needed to unpack is in the program,
// so packed bytes stand alone: they can be stored, moved to another host, and unpacked after an upgrade.
// Without the dictionary a device costs 3.0 KB. Sharing equal lists among devices would save 0.2 KB more,
// a dictionary trained from the fleet 0.45 KB; then a device's bytes would mean nothing without others.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

struct ZSTD_CCtx_s;
struct ZSTD_CDict_s;
struct ZSTD_DCtx_s;
struct ZSTD_DDict_s;

namespace edgeconf::fleet {

// Bytes of JSON text that a device's hardware may take: three times what a large device sends.
constexpr std::size_t hardware_text_limit = 64u << 10;

// Hardware as it is kept in memory and stored; empty when nothing is known. A value.
class compact_hardware {
public:
    compact_hardware() = default;

    // `stored` is what bytes() once gave. It may have suffered: only unpacking tells.
    explicit compact_hardware(std::string_view stored) : bytes_{stored} {}

    bool empty() const noexcept { return bytes_.empty(); }
    std::string_view bytes() const noexcept { return bytes_; }

    bool operator==(const compact_hardware&) const = default;

private:
    std::string bytes_;
};

enum class unpack_problem : std::uint8_t {
    damaged,        // the bytes are not what was packed
    unknown_format, // a newer version of the program may have packed them
};

// What result::value() throws when nobody asked whether there is one: a bug, so the message is for us.
[[noreturn]] void throw_exception_from_error(unpack_problem problem, const boost::source_location& where);

// Holds about 1 MB and takes a millisecond to make; a fleet shares one.
class hardware_codec {
public:
    hardware_codec();

    // Packs `text`, at most hardware_text_limit bytes; a longer one throws std::length_error. The same text
    // gives bytes that unpack to it, not always the same bytes. From one thread at a time.
    compact_hardware pack(std::string_view text);

    // The text that was packed. Takes no more memory than hardware_text_limit, whatever the bytes say.
    // From any thread, also while another packs.
    boost::system::result<std::string, unpack_problem> unpack(const compact_hardware& packed) const;

private:
    struct zstd_free {
        void operator()(ZSTD_CCtx_s* context) const noexcept;
        void operator()(ZSTD_CDict_s* dictionary) const noexcept;
        void operator()(ZSTD_DCtx_s* context) const noexcept;
        void operator()(ZSTD_DDict_s* dictionary) const noexcept;
    };

    // A context refers to its dictionary, so it goes first.
    std::unique_ptr<ZSTD_CDict_s, zstd_free> packing_dictionary_;
    std::unique_ptr<ZSTD_CCtx_s, zstd_free> packer_;
    std::string packed_; // room for the largest result
    std::unique_ptr<ZSTD_DDict_s, zstd_free> unpacking_dictionary_;
    mutable std::mutex unpacking_; // guards unpacker_; held for some microseconds
    std::unique_ptr<ZSTD_DCtx_s, zstd_free> unpacker_;
};

} // namespace edgeconf::fleet
