#include "check/scratch_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace edgeconf::check {

scratch_folder::scratch_folder() {
    auto name = (std::filesystem::temp_directory_path() / "edgeconf-provider-check-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error{errno, std::system_category(), name};
    path_ = name;
}

scratch_folder::~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

} // namespace edgeconf::check
