#include "rest-proxy/watched_file.hpp"

#include <sys/stat.h>

#include <fstream>

namespace edgeconf::rest_proxy {

bool watched_file::changed() {
    struct stat is {};
    if (::stat(file_.c_str(), &is) != 0) return false;
    const state now{is.st_ino, static_cast<std::uintmax_t>(is.st_size), is.st_ctim.tv_sec,
                    is.st_ctim.tv_nsec};
    if (last_ == now) return false;
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
