#include "support/catch.hpp"
#include "support/pki.hpp"
#include "support/temp_folder.hpp"

#include "http/openssl.hpp"
#include "http/verified_chains.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <limits>
#include <random>
#include <thread>

using namespace edgeconf;
using namespace edgeconf::http;
namespace test = edgeconf::test;

namespace {

constexpr validity always{std::numeric_limits<std::time_t>::min(), std::numeric_limits<std::time_t>::max()};

verified_chains::key key_of(unsigned n) {
    verified_chains::key made{};
    made[0] = static_cast<unsigned char>(n);
    made[1] = static_cast<unsigned char>(n >> 8);
    return made;
}

owned<X509> load(const std::filesystem::path& file) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in{std::fopen(file.c_str(), "r"), &std::fclose};
    owned<X509> made{PEM_read_X509(in.get(), nullptr, nullptr, nullptr)};
    REQUIRE(made);
    return made;
}

// A store with one CA, and what it says to a presented certificate through a cache.
struct judge {
    std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store{X509_STORE_new(), &X509_STORE_free};
    verified_chains verified;

    explicit judge(const std::filesystem::path& ca, validity bounds = always) : verified{16, bounds} {
        X509_STORE_add_cert(store.get(), load(ca).get());
    }

    bool ask(X509* own, const std::vector<X509*>& more = {}, int* reason = nullptr) {
        const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context{X509_STORE_CTX_new(),
                                                                                      &X509_STORE_CTX_free};
        auto* presented = sk_X509_new_null();
        sk_X509_push(presented, own);
        for (auto* x : more) sk_X509_push(presented, x);
        X509_STORE_CTX_init(context.get(), store.get(), own, presented);
        X509_STORE_CTX_set_default(context.get(), "ssl_client");
        const bool good = verified.verify(context.get());
        const int error = X509_STORE_CTX_get_error(context.get());
        CHECK(good == (error == X509_V_OK));
        if (reason != nullptr) *reason = error;
        sk_X509_free(presented);
        ERR_clear_error();
        return good;
    }
};

} // namespace

TEST_CASE("verified chains: what was remembered holds from its first second until before its last",
          "[http][verified_chains]") {
    verified_chains cache{4, always};
    CHECK_FALSE(cache.holds(key_of(1), 150));
    cache.remember(key_of(1), {100, 200});
    CHECK(cache.holds(key_of(1), 100));
    CHECK(cache.holds(key_of(1), 199));
    CHECK_FALSE(cache.holds(key_of(2), 150));
    CHECK_FALSE(cache.holds(key_of(1), 200));
    CHECK_FALSE(cache.holds(key_of(1), 150)); // and is forgotten then
    cache.remember(key_of(1), {100, 200});
    CHECK_FALSE(cache.holds(key_of(1), 99));
}

TEST_CASE("verified chains: nothing outlives the CRLs", "[http][verified_chains]") {
    verified_chains cache{4, {120, 180}};
    cache.remember(key_of(1), {100, 200});
    CHECK(cache.holds(key_of(1), 120));
    CHECK(cache.holds(key_of(1), 179));
    CHECK_FALSE(cache.holds(key_of(1), 180));
}

TEST_CASE("verified chains: of too many, the one not asked for the longest is forgotten",
          "[http][verified_chains]") {
    verified_chains cache{3, always};
    for (unsigned n = 0; n < 3; ++n) cache.remember(key_of(n), {0, 10});
    CHECK(cache.holds(key_of(0), 5));
    cache.remember(key_of(3), {0, 10});
    CHECK(cache.size() == 3);
    CHECK(cache.holds(key_of(0), 5));
    CHECK_FALSE(cache.holds(key_of(1), 5));
    CHECK(cache.holds(key_of(2), 5));
    CHECK(cache.holds(key_of(3), 5));
    for (unsigned n = 0; n < 1000; ++n) cache.remember(key_of(n), {0, 10});
    CHECK(cache.size() == 3);
}

TEST_CASE("verified chains: a hit is for the same bytes, and for nothing else", "[http][verified_chains]") {
    const test::temp_folder folder;
    test::authority ca{folder.path(), "ca"};
    const test::subject about{.common_name = "*", .dns = {"project-flotta.io"}};
    const auto good = load(ca.issue("good", about).certificate);
    judge j{ca.certificate()};
    CHECK(j.ask(good.get()));
    CHECK(j.verified.hits() == 0);
    CHECK(j.ask(good.get()));
    CHECK(j.verified.hits() == 1);

    // One bit anywhere, in a certificate that is known: never a hit, and what OpenSSL would say alone.
    unsigned char* der = nullptr;
    const int size = i2d_X509(good.get(), &der);
    const std::vector<unsigned char> bytes(der, der + size);
    OPENSSL_free(der);
    judge alone{ca.certificate()};
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        auto changed = bytes;
        changed[bit / 8] ^= static_cast<unsigned char>(1U << (bit % 8));
        const auto* at = changed.data();
        const owned<X509> other{d2i_X509(nullptr, &at, static_cast<long>(changed.size()))};
        ERR_clear_error();
        if (!other) continue;
        const auto hits = j.verified.hits();
        const bool said = j.ask(other.get());
        if (j.verified.hits() != hits || said) FAIL("bit " << bit << " was taken for the same certificate");
        CHECK_FALSE(alone.ask(other.get()));
    }
    CHECK(j.ask(good.get()));
}

TEST_CASE("verified chains: a failure stays one, however often it is asked and whatever else is known",
          "[http][verified_chains]") {
    const test::temp_folder folder;
    test::authority ca{folder.path() / "ours", "ca"};
    test::authority foreign{folder.path() / "theirs", "ca"};
    auto middle = ca.subordinate("middle");
    const test::subject about{.common_name = "*", .dns = {"project-flotta.io"}};
    auto expired = about;
    expired.valid_from_hours = -48;
    expired.valid_to_hours = -24;
    auto server_only = about;
    server_only.for_clients = false;

    struct presented {
        owned<X509> own;
        std::vector<X509*> more;
        int reason;
    };
    const auto between = load(middle.certificate());
    std::vector<presented> all;
    const auto add = [&](const test::identity& who, std::vector<X509*> more, int reason) {
        all.push_back({load(who.certificate), std::move(more), reason});
    };
    add(ca.issue("a", about), {}, X509_V_OK);
    add(ca.issue("b", about), {between.get()}, X509_V_OK);
    add(ca.issue("expired", expired), {}, X509_V_ERR_CERT_HAS_EXPIRED);
    add(ca.issue("server", server_only), {}, X509_V_ERR_INVALID_PURPOSE);
    add(foreign.issue("foreign", about), {}, X509_V_ERR_CERT_SIGNATURE_FAILURE);
    const auto below = middle.issue("below", about);
    add(below, {between.get()}, X509_V_OK);
    add(below, {}, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY); // the same leaf without its issuer

    judge j{ca.certificate()};
    std::mt19937 random{20261122};
    for (int i = 0; i < 500; ++i) {
        const auto& p = all[random() % all.size()];
        int reason = -1;
        const bool good = j.ask(p.own.get(), p.more, &reason);
        INFO(i << " " << X509_verify_cert_error_string(p.reason) << " / "
               << X509_verify_cert_error_string(reason));
        REQUIRE(good == (p.reason == X509_V_OK));
        if (p.reason != X509_V_ERR_CERT_SIGNATURE_FAILURE) REQUIRE(reason == p.reason);
    }
    CHECK(j.verified.size() == 3);
    CHECK(j.verified.hits() > 100);
}

TEST_CASE("verified chains: a certificate is verified anew once it has ended", "[http][verified_chains]") {
    const test::temp_folder folder;
    test::authority ca{folder.path(), "ca"};
    const auto good = load(ca.issue("good", {.common_name = "*"}).certificate);
    judge j{ca.certificate(), {0, 1}}; // as if the CRLs had ended long ago
    CHECK(j.ask(good.get()));
    CHECK(j.ask(good.get()));
    CHECK(j.verified.hits() == 0);
}

TEST_CASE("verified chains: threads share one", "[http][verified_chains]") {
    verified_chains cache{64, always};
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < 4; ++t)
        threads.emplace_back([&cache, t] {
            for (unsigned n = 0; n < 5000; ++n) {
                cache.remember(key_of((n * 7 + t) % 200), {0, 10});
                cache.holds(key_of(n % 200), n % 12);
            }
        });
    threads.clear();
    CHECK(cache.size() <= 64);
}
