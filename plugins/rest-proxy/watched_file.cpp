#include "rest-proxy/watched_file.hpp"

#include <fstream>
#include <system_error>

namespace edgeconf::rest_proxy {

bool watched_file::changed() {
    std::error_code gone;
    const state now{std::filesystem::last_write_time(file_, gone),
                    gone ? 0 : std::filesystem::file_size(file_, gone)};
    if (gone || last_ == now) return false;
    last_ = now;
    return true;
}

std::optional<std::string> read_small_file(const std::filesystem::path& file, std::size_t most) {
    std::ifstream in{file, std::ios::binary};
    std::string text(most + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad() || !in.eof()) return std::nullopt;
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

} // namespace edgeconf::rest_proxy
