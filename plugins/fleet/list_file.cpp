#include "fleet/list_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

namespace edgeconf::fleet {

namespace {

constexpr std::uintmax_t size_limit = 64u << 20; // some 2,000,000 ids: past it, it is some other file
constexpr std::string_view white_space = " \t\r\f\v";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

std::string_view without_comment(std::string_view line) {
    for (auto at = line.find('#'); at != line.npos; at = line.find('#', at + 1)) {
        if (at == 0 || white_space.find(line[at - 1]) != white_space.npos) return line.substr(0, at);
    }
    return line;
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(white_space);
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
}

} // namespace

boost::system::result<std::vector<list_entry>, std::string>
read_list_file(const std::filesystem::path& file) {
    std::error_code error;
    const auto status = std::filesystem::status(file, error);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
        return fmt::format("{}: is not a regular file; name one with an entry a line", file.string());
    }
    const auto size = error ? 0 : std::filesystem::file_size(file, error);
    if (error) {
        return fmt::format("{}: cannot be read: {}; mend the path or the permissions", file.string(),
                           error.message());
    }
    if (size > size_limit) {
        return fmt::format("{}: is larger than {} MiB; name a file with an entry a line", file.string(),
                           size_limit >> 20);
    }
    std::ifstream from{file};
    std::vector<list_entry> entries;
    std::string line;
    for (std::size_t number = 1; std::getline(from, line); ++number) {
        std::string_view text{line};
        if (number == 1 && text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
        text = trimmed(without_comment(text));
        if (!text.empty()) entries.push_back({std::string{text}, number});
    }
    if (!from.eof()) {
        return fmt::format("{}: cannot be read: {}; mend the path or the permissions", file.string(),
                           std::generic_category().message(errno));
    }
    return entries;
}

} // namespace edgeconf::fleet
