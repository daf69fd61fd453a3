#include "fleet/hardware_codec.hpp"

#include "fleet/hardware_dictionary.hpp"

#include <zstd.h>

#include <new>
#include <stdexcept>

namespace edgeconf::fleet {

namespace {

// The first byte of what is packed: how the rest has to be read. 1: a zstd frame with its content's size and
// checksum, made with hardware_dictionary().
constexpr char zstd_format = 1;

// Past 9, a device costs one per cent less and the time doubles.
constexpr int level = 9;

std::size_t checked(std::size_t code) {
    if (ZSTD_isError(code)) throw std::runtime_error{ZSTD_getErrorName(code)};
    return code;
}

} // namespace

void throw_exception_from_error(unpack_problem problem, const boost::source_location&) {
    throw std::logic_error{problem == unpack_problem::damaged ? "hardware is damaged"
                                                              : "hardware has an unknown format"};
}

void hardware_codec::zstd_free::operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
void hardware_codec::zstd_free::operator()(ZSTD_CDict* dictionary) const noexcept {
    ZSTD_freeCDict(dictionary);
}
void hardware_codec::zstd_free::operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
void hardware_codec::zstd_free::operator()(ZSTD_DDict* dictionary) const noexcept {
    ZSTD_freeDDict(dictionary);
}

hardware_codec::hardware_codec() : packed_(1 + ZSTD_compressBound(hardware_text_limit), zstd_format) {
    const auto dictionary = hardware_dictionary();
    packing_dictionary_.reset(ZSTD_createCDict(dictionary.data(), dictionary.size(), level));
    packer_.reset(ZSTD_createCCtx());
    unpacking_dictionary_.reset(ZSTD_createDDict(dictionary.data(), dictionary.size()));
    unpacker_.reset(ZSTD_createDCtx());
    if (!packing_dictionary_ || !packer_ || !unpacking_dictionary_ || !unpacker_) throw std::bad_alloc{};
    checked(ZSTD_CCtx_setParameter(packer_.get(), ZSTD_c_checksumFlag, 1));
    checked(ZSTD_CCtx_refCDict(packer_.get(), packing_dictionary_.get()));
}

compact_hardware hardware_codec::pack(std::string_view text) {
    if (text.size() > hardware_text_limit) throw std::length_error{"hardware is too long to be packed"};
    if (text.empty()) return {};
    const auto size = checked(
        ZSTD_compress2(packer_.get(), packed_.data() + 1, packed_.size() - 1, text.data(), text.size()));
    return compact_hardware{std::string_view{packed_}.substr(0, 1 + size)};
}

boost::system::result<std::string, unpack_problem>
hardware_codec::unpack(const compact_hardware& packed) const {
    if (packed.empty()) return std::string{};
    if (packed.bytes().front() != zstd_format) return unpack_problem::unknown_format;
    const auto frame = packed.bytes().substr(1);
    // What is not a frame, or does not say its size, has a size beyond every limit.
    const auto size = ZSTD_getFrameContentSize(frame.data(), frame.size());
    if (size > hardware_text_limit) return unpack_problem::damaged;
    std::string text(size, '\0');
    const std::lock_guard lock{unpacking_};
    const auto made = ZSTD_decompress_usingDDict(unpacker_.get(), text.data(), text.size(), frame.data(),
                                                 frame.size(), unpacking_dictionary_.get());
    if (made != size) return unpack_problem::damaged; // which an error's code is not either
    return text;
}

} // namespace edgeconf::fleet
