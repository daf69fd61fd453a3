#include "http/tls_files.hpp"

#include "http/openssl.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgeconf::http {
namespace {

constexpr std::size_t most_of_a_pem = 1 << 20;
constexpr std::size_t most_of_a_crl = 32 << 20;

struct descriptor {
    int fd;
    ~descriptor() {
        if (fd >= 0) close(fd);
    }
};

problem unreadable(std::string_view what, const std::filesystem::path& file, std::string_view why) {
    return {errc::invalid, fmt::format("{} {}: cannot be read: {}", what, file.string(), why)};
}

result<void> read_file(std::string_view what, const std::filesystem::path& file, std::size_t most,
                       std::string& into) {
    const auto reason = [] { return std::error_code{errno, std::generic_category()}.message(); };
    // A pipe in a file's place must not hold up whoever asks.
    const descriptor in{open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat status {};
    if (in.fd < 0 || fstat(in.fd, &status) != 0) return unreadable(what, file, reason());
    if (!S_ISREG(status.st_mode)) return unreadable(what, file, "it is not a file");
    into.reserve(static_cast<std::size_t>(status.st_size) + 1); // the key's bytes are in one place only
    std::array<char, 4096> chunk;
    for (;;) {
        const auto got = ::read(in.fd, chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return unreadable(what, file, reason());
        if (got == 0) break;
        into.append(chunk.data(), static_cast<std::size_t>(got));
        if (into.size() > most) return unreadable(what, file, fmt::format("it has more than {} bytes", most));
    }
    OPENSSL_cleanse(chunk.data(), chunk.size());
    return {};
}

} // namespace

tls_content::~tls_content() { OPENSSL_cleanse(private_key.data(), private_key.size()); }

result<tls_content> tls_content::read(const tls_files& files) {
    tls_content made;
    if (auto ok = read_file("certificate", files.certificate, most_of_a_pem, made.certificate); !ok)
        return ok.error();
    if (auto ok = read_file("private key", files.private_key, most_of_a_pem, made.private_key); !ok)
        return ok.error();
    if (auto ok = read_file("client CA", files.client_ca, most_of_a_pem, made.client_ca); !ok)
        return ok.error();
    if (files.crl)
        if (auto ok = read_file("CRL", *files.crl, most_of_a_crl, made.crl); !ok) return ok.error();
    return made;
}

tls_content::digest tls_content::hash() const {
    const owned<EVP_MD_CTX> context{EVP_MD_CTX_new()};
    digest made{};
    bool ok = context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
    for (const auto* part : {&certificate, &private_key, &client_ca, &crl}) {
        const auto size = part->size(); // or bytes could move from one file to the next unseen
        ok = ok && EVP_DigestUpdate(context.get(), &size, sizeof size) == 1 &&
             EVP_DigestUpdate(context.get(), part->data(), part->size()) == 1;
    }
    if (!ok || EVP_DigestFinal_ex(context.get(), made.data(), nullptr) != 1)
        throw std::runtime_error{"SHA-256 is not available: " + openssl_error()};
    return made;
}

} // namespace edgeconf::http
