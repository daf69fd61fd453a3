#include "check/provider_check.hpp"

#include <sstream>

namespace edgeconf::test {

// A whole check takes most of a minute, and several under a sanitizer.
constexpr std::chrono::minutes longest_check{5};

finished check_provider(const std::filesystem::path& library, const std::vector<std::string>& arguments) {
    std::vector<std::string> argv{PROVIDER_CHECK, library.string(), "--skip", SKIPPED_CHECKS};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return run(std::move(argv), {}, longest_check);
}

std::vector<std::string> ids_after(const std::string& report, const std::string& word) {
    std::vector<std::string> ids;
    std::istringstream lines{report};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words{line};
        std::string first;
        std::string id;
        if (words >> first >> id && first == word && line.starts_with(word)) ids.push_back(id);
    }
    return ids;
}

} // namespace edgeconf::test
