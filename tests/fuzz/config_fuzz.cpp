// config/loader: any file ends in settings that hold together or in complaints that name it.

#include "property.hpp"

#include "config/loader.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

namespace {

// A file that is nowhere but in memory, the same one for each input.
int input_file() {
    static const int fd = memfd_create("edgeconf.yaml", MFD_CLOEXEC);
    HOLDS(fd >= 0);
    return fd;
}

void write_input(std::string_view content) {
    HOLDS(ftruncate(input_file(), 0) == 0);
    HOLDS(pwrite(input_file(), content.data(), content.size(), 0) == static_cast<ssize_t>(content.size()));
}

void check(const edgeconf::config::settings& s) {
    HOLDS(s.device_api.tls || s.device_api.listen.is_local());
    if (s.device_api.tls)
        HOLDS(!s.device_api.tls->admit_dns_names.empty() && !s.device_api.tls->client_ca.empty());
    HOLDS(!s.provider.library.empty());
    HOLDS(s.provider.workers >= 1 && s.provider.workers <= 256);
    HOLDS(s.provider.deadlines.device.count() > 0 && s.shutdown_time.count() > 0);
    HOLDS(s.device_api.limits.connections >= 1 && s.device_api.limits.body_bytes >= 1024);
    // The provider gets the options as text, and reads them with a parser's usual limits.
    boost::system::error_code ec;
    boost::json::parse_options as_they_are;
    as_they_are.allow_invalid_utf8 = true;
    boost::json::parse(boost::json::serialize(s.provider.options), ec, {}, as_they_are);
    HOLDS(!ec);
    for (const auto& [pointer, place] : s.provider.option_marks) HOLDS(place.line >= 1 && place.column >= 1);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view content{reinterpret_cast<const char*>(data), size};
    // No input reads what is on the disk or in the environment.
    if (content.find("!file") != content.npos || content.find("!env") != content.npos) return 0;
    write_input(content);
    const auto path = "/proc/self/fd/" + std::to_string(input_file());
    const auto loaded = edgeconf::config::load(path);
    if (loaded) {
        check(*loaded);
        return 0;
    }
    HOLDS(!loaded.error().lines.empty());
    for (const auto& line : loaded.error().lines) HOLDS(line.starts_with(path + ":"));
    return 0;
}
