#include "check/process_figures.hpp"

#include <malloc.h>

#include <filesystem>
#include <fstream>

namespace edgeconf::check {
namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& file) {
    std::ifstream in{file};
    std::string line;
    std::getline(in, line);
    return line;
}

} // namespace

std::map<std::string, std::string> threads_now() {
    std::map<std::string, std::string> found;
    for (const auto& each : fs::directory_iterator{"/proc/self/task"})
        found.emplace(each.path().filename(), first_line(each.path() / "comm"));
    return found;
}

std::size_t descriptors_now() {
    std::size_t found = 0; // with the one that reads the folder, each time
    for ([[maybe_unused]] const auto& each : fs::directory_iterator{"/proc/self/fd"}) ++found;
    return found;
}

std::size_t mapped_files_now() {
    std::ifstream in{"/proc/self/maps"};
    std::size_t found = 0;
    for (std::string line; std::getline(in, line);)
        if (line.find('/') != std::string::npos) ++found;
    return found;
}

std::size_t heap_now() noexcept {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return 0;
#else
    const auto used = ::mallinfo2();
    return used.uordblks + used.hblkhd;
#endif
}

} // namespace edgeconf::check
