#include "support/temp_folder.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace edgeconf::test {

namespace fs = std::filesystem;

temp_folder::temp_folder() {
    auto pattern = (fs::temp_directory_path() / "edgeconf-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"cannot make a folder below " + pattern};
    path_ = pattern;
}

temp_folder::~temp_folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

fs::path temp_folder::write(std::string_view name, std::string_view content) const {
    const auto file = path_ / name;
    fs::create_directories(file.parent_path());
    std::ofstream out{file, std::ios::binary};
    out << content;
    if (!out.flush()) throw std::runtime_error{"cannot write " + file.string()};
    return file;
}

std::string read_file(const fs::path& file) {
    std::ifstream in{file, std::ios::binary};
    std::ostringstream content;
    content << in.rdbuf();
    if (!in) throw std::runtime_error{"cannot read " + file.string()};
    return std::move(content).str();
}

} // namespace edgeconf::test
