#include "ldap/password.hpp"

#include "ldap/directory_problem.hpp"
#include "ldap/owned_descriptor.hpp"

#include <ldap.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgeconf::ldap {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
    throw directory_problem{LDAP_PARAM_ERROR, "the password file " + file.string() + " " + what};
}

} // namespace

password::password(const std::filesystem::path& file) {
    const owned_descriptor opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (opened.get() < 0) refuse(file, "cannot be read: " + std::generic_category().message(errno));
    struct stat about {};
    if (::fstat(opened.get(), &about) != 0 || !S_ISREG(about.st_mode)) refuse(file, "is no regular file");
    for (;;) {
        const auto count = ::read(opened.get(), text_.data() + size_, text_.size() - size_);
        if (count < 0) {
            const int error = errno;
            explicit_bzero(text_.data(), text_.size());
            refuse(file, "cannot be read: " + std::generic_category().message(error));
        }
        if (count == 0) break;
        size_ += static_cast<std::size_t>(count);
        if (size_ == text_.size()) break;
    }
    if (size_ == text_.size()) {
        explicit_bzero(text_.data(), text_.size());
        refuse(file, "is longer than 1024 bytes");
    }
    if (size_ > 0 && text_[size_ - 1] == '\n') --size_;
    if (size_ == 0) refuse(file, "is empty");
}

password::~password() { explicit_bzero(text_.data(), text_.size()); }

} // namespace edgeconf::ldap
