#include "rest-proxy/client_tls.hpp"

#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/pki.hpp"
#include "support/temp_folder.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

using namespace edgeconf;
using namespace edgeconf::rest_proxy;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

struct files_at_hand {
    test::temp_folder folder;
    test::authority ca{folder.path() / "pki", "ca"};
    test::identity proxy = ca.issue("proxy", {.common_name = "proxy"});

    tls_settings all() const { return {ca.certificate(), proxy.certificate, proxy.key, {}}; }
};

// Atomically, as an operator's tool does.
void replace(const fs::path& file, const fs::path& by) {
    const auto beside = file.parent_path() / "beside";
    fs::copy_file(by, beside, fs::copy_options::overwrite_existing);
    fs::rename(beside, file);
}

// The common name of the certificate that it shows.
std::string shown_by(const std::shared_ptr<boost::asio::ssl::context>& context) {
    if (context == nullptr) return "no context";
    auto* shown = SSL_CTX_get0_certificate(context->native_handle());
    if (shown == nullptr) return "none";
    std::string name(64, '\0');
    const auto length = X509_NAME_get_text_by_NID(X509_get_subject_name(shown), NID_commonName, name.data(),
                                                  static_cast<int>(name.size()));
    name.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
    return name;
}

// A key like any other, behind a passphrase.
fs::path locked_key(const fs::path& file) {
    const std::shared_ptr<EVP_PKEY> key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> out{std::fopen(file.c_str(), "w"), &std::fclose};
    REQUIRE(out != nullptr);
    REQUIRE(PEM_write_PrivateKey(out.get(), key.get(), EVP_aes_256_cbc(),
                                 reinterpret_cast<const unsigned char*>("secret"), 6, nullptr, nullptr) == 1);
    return file;
}

} // namespace

TEST_CASE("client tls: with nothing, a CA, or a certificate of its own", "[rest-proxy][tls]") {
    const files_at_hand at;
    for (const auto& files : {tls_settings{}, tls_settings{at.ca.certificate(), {}, {}, {}}, at.all()}) {
        CAPTURE(files.ca, files.certificate);
        CHECK(tls_fault(files).empty());
        std::string wrong;
        const auto made = client_tls{files}.current(wrong);
        CHECK(wrong.empty());
        CHECK(shown_by(made) == (files.certificate.empty() ? "none" : "proxy"));
    }
}

TEST_CASE("client tls: whoever is at the other end has to prove it, with TLS 1.2 at least",
          "[rest-proxy][tls]") {
    std::string wrong;
    const auto made = client_tls{tls_settings{}}.current(wrong);
    REQUIRE(made != nullptr);
    auto* native = made->native_handle();
    CHECK((SSL_CTX_get_verify_mode(native) & SSL_VERIFY_PEER) != 0);
    CHECK(SSL_CTX_get_min_proto_version(native) == TLS1_2_VERSION);
    CHECK(SSL_CTX_get_security_level(native) == 2);
}

TEST_CASE("client tls: what is wrong is told with the file's name", "[rest-proxy][tls]") {
    files_at_hand at;
    const auto other = at.ca.issue("other", {.common_name = "other"});
    const auto empty = at.folder.write("empty.pem", "");
    const auto garbage =
        at.folder.write("garbage.pem", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
    const auto nowhere = at.folder.path() / "nowhere.pem";
    struct row {
        tls_settings files;
        fs::path named;
        const char* what;
    };
    const auto good = at.all();
    const std::vector<row> rows{
        {{nowhere, {}, {}, {}}, nowhere, "CA file"},
        {{empty, {}, {}, {}}, empty, "CA file"},
        {{garbage, {}, {}, {}}, garbage, "CA file"},
        {{at.folder.path(), {}, {}, {}}, at.folder.path(), "CA file"},
        {{good.key, {}, {}, {}}, good.key, "CA file"},
        {{good.ca, nowhere, good.key, {}}, nowhere, "certificate"},
        {{good.ca, empty, good.key, {}}, empty, "certificate"},
        {{good.ca, garbage, good.key, {}}, garbage, "certificate"},
        {{good.ca, good.key, good.key, {}}, good.key, "certificate"},
        {{good.ca, good.certificate, nowhere, {}}, nowhere, "key"},
        {{good.ca, good.certificate, empty, {}}, empty, "key"},
        {{good.ca, good.certificate, good.certificate, {}}, good.certificate, "key"},
        {{good.ca, good.certificate, other.key, {}}, other.key, "key"},
        {{good.ca, good.certificate, locked_key(at.folder.path() / "locked.key"), {}},
         at.folder.path() / "locked.key",
         "key"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.files.ca, r.files.certificate, r.files.key);
        CHECK_THAT(tls_fault(r.files), Contains(r.named.string()) && Contains(r.what));
        std::string wrong;
        CHECK(client_tls{r.files}.current(wrong) == nullptr);
        CHECK(wrong == tls_fault(r.files));
    }
}

TEST_CASE("client tls: nothing that was wrong before is in the way of what is right", "[rest-proxy][tls]") {
    const files_at_hand at;
    auto files = at.all();
    files.key = at.ca.certificate();
    REQUIRE_FALSE(tls_fault(files).empty());
    CHECK(tls_fault(at.all()).empty());
}

TEST_CASE("client tls: files that are not there at first are taken when they come", "[rest-proxy][tls]") {
    files_at_hand at;
    fs::rename(at.proxy.key, at.folder.path() / "away.key");
    client_tls tested{at.all()};
    std::string wrong;
    CHECK(tested.current(wrong) == nullptr);
    CHECK_THAT(wrong, Contains("proxy.key"));
    fs::rename(at.folder.path() / "away.key", at.proxy.key);
    wrong.clear();
    CHECK(shown_by(tested.current(wrong)) == "proxy");
    CHECK(wrong.empty());
}

TEST_CASE("client tls: files that are replaced are taken, for the connections after that",
          "[rest-proxy][tls]") {
    files_at_hand at;
    client_tls tested{at.all()};
    std::string wrong;
    const auto first = tested.current(wrong);
    REQUIRE(shown_by(first) == "proxy");
    CHECK(tested.current(wrong) == first);

    const auto next = at.ca.issue("next", {.common_name = "next"});
    replace(at.proxy.key, next.key);
    replace(at.proxy.certificate, next.certificate);
    CHECK(test::eventually([&] { return shown_by(tested.current(wrong)) == "next"; }));
    CHECK(shown_by(first) == "proxy"); // whoever has it goes on with it
}

TEST_CASE("client tls: of files that are no good the former ones stay, and it is told once",
          "[rest-proxy][tls]") {
    files_at_hand at;
    client_tls tested{at.all()};
    std::string wrong;
    const auto first = tested.current(wrong);
    REQUIRE(first != nullptr);

    const auto next = at.ca.issue("next", {.common_name = "next"});
    replace(at.proxy.certificate, next.certificate); // without its key
    CHECK(test::eventually([&] { return tested.current(wrong) != first || !wrong.empty(); }));
    CHECK_THAT(wrong, Contains("proxy.key") && Contains("does not belong"));
    wrong.clear();
    CHECK(tested.current(wrong) == first);
    CHECK(wrong.empty());

    replace(at.proxy.key, next.key);
    CHECK(test::eventually([&] { return shown_by(tested.current(wrong)) == "next"; }));
    CHECK(wrong.empty());
}
