#include "check/loader.hpp"

#include "check/elf_file.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace edgeconf::check {
namespace {

// The one that has loaded this process.
std::string loader() {
    const elf_file self{"/proc/self/exe"};
    for (const auto& s : self.segments())
        if (s.p_type == PT_INTERP) return self.text_of(s);
    throw std::runtime_error{"this program has no loader"};
}

// As ldd -r does it.
std::vector<std::string> environment() {
    std::vector<std::string> made{"LD_TRACE_LOADED_OBJECTS=1", "LD_WARN=yes", "LD_BIND_NOW=yes"};
    for (auto** variable = ::environ; *variable != nullptr; ++variable) made.emplace_back(*variable);
    return made;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> made;
    for (auto& text : texts) made.push_back(text.data());
    made.push_back(nullptr);
    return made;
}

void run(std::vector<std::string> argv, const std::filesystem::path& output) {
    auto variables = environment();
    ::posix_spawn_file_actions_t actions{};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                       0600);
    ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    ::pid_t id = 0;
    const int failed = ::posix_spawn(&id, argv.front().c_str(), &actions, nullptr, pointers(argv).data(),
                                     pointers(variables).data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::runtime_error{"the loader " + argv.front() + " cannot be run"};
    while (::waitpid(id, nullptr, 0) < 0 && errno == EINTR) {
    }
}

// "libc.so.6 => /lib/libc.so.6 (0x7f...)" and its like.
bool is_found(std::string_view line) {
    return line.find(" (0x") != std::string_view::npos || line == "\tstatically linked";
}

} // namespace

std::vector<std::string> missing_at_load(const std::filesystem::path& library,
                                         const std::filesystem::path& scratch) {
    const auto output = scratch / "loader.txt";
    run({loader(), library.string()}, output);
    std::vector<std::string> found;
    std::ifstream in{output};
    for (std::string line; std::getline(in, line);) {
        if (line.empty() || is_found(line)) continue;
        std::replace(line.begin(), line.end(), '\t', ' ');
        if (const auto at = line.find(library.string()); at != std::string::npos)
            line.replace(at, library.string().size(), library.filename().string());
        line.erase(0, line.find_first_not_of(' '));
        if (std::find(found.begin(), found.end(), line) == found.end()) found.push_back(std::move(line));
    }
    return found;
}

} // namespace edgeconf::check
