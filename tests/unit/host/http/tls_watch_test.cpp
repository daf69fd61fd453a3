#include "support/catch.hpp"
#include "support/pki.hpp"
#include "support/temp_folder.hpp"

#include "http/tls_watch.hpp"

#include <sstream>

using namespace edgeconf;
using namespace edgeconf::http;
using Catch::Contains;
namespace test = edgeconf::test;

namespace {

struct watched {
    test::temp_folder folder;
    test::authority ca{folder.path(), "ca"}; // for a day
    test::identity server = ca.issue("server", {.common_name = "server", .valid_to_hours = 24 * 100});
    std::shared_ptr<tls_source> source = tls_source::open({server.certificate, server.key, ca.certificate(),
                                                           ca.revoke("list", {}, 50L * 24 * 3600)})
                                             .value();
    std::ostringstream out;
    observe::logger log{observe::level::info, observe::log_format::text, out};
    tls_watch watch{*source, log};

    // What is logged when it is `days` before the certificate ends; the CA is left out.
    std::string said(long days_before, long seconds = 0) {
        out.str("");
        watch.warn_of_expiry(source->expiries().front().not_after - days_before * 86400 - seconds);
        std::istringstream lines{out.str()};
        std::string kept;
        for (std::string line; std::getline(lines, line);)
            if (line.find("client-ca") == std::string::npos) kept += line + "\n";
        return kept;
    }
};

} // namespace

TEST_CASE("tls watch: what ends is told 30, 7 and 1 days before and when it has, once each", "[http][tls]") {
    watched w;
    CHECK(w.said(82).empty());
    CHECK_THAT(w.said(79), Contains("warn") && Contains("what=crl") && Contains("list.crl"));
    w.said(40); // the list has ended, too
    CHECK(w.said(31).empty());
    CHECK_THAT(w.said(30), Contains("warn") && Contains("a TLS file expires soon") &&
                               Contains("what=certificate") && Contains("server.crt"));
    CHECK(w.said(30).empty());
    CHECK(w.said(8).empty());
    CHECK_THAT(w.said(7), Contains("expires soon"));
    CHECK_THAT(w.said(1), Contains("expires soon"));
    CHECK(w.said(0, 1).empty());
    CHECK_THAT(w.said(0), Contains("error") && Contains("a TLS file has expired"));
    CHECK(w.said(-5).empty());
}

TEST_CASE("tls watch: a list that has ended is an error", "[http][tls]") {
    watched w;
    CHECK_THAT(w.said(40), Contains("error") && Contains("has expired") && Contains("what=crl"));
}

TEST_CASE("tls watch: a reason not to take files is told once, and again when it changes or somebody asks",
          "[http][tls]") {
    watched w;
    const auto said = [&](bool asked) {
        w.out.str("");
        w.watch.reload(asked);
        return w.out.str();
    };
    CHECK(said(false).empty());
    CHECK_THAT(said(true), Contains("have not changed"));
    const auto good = test::read_file(w.server.certificate);
    w.folder.write("server.crt", "nonsense");
    CHECK_THAT(said(false), Contains("error") && Contains("the former ones stay in use") &&
                                Contains("server.crt: is no usable PEM certificate chain"));
    CHECK(said(false).empty());
    CHECK_THAT(said(true), Contains("the former ones stay in use"));
    w.folder.write("server.key", "nonsense");
    w.folder.write("server.crt", good);
    CHECK_THAT(said(false), Contains("server.key: is no usable unencrypted PEM key"));
    const auto next = w.ca.issue("server", {.common_name = "next"});
    CHECK_THAT(said(false), Contains("new TLS files are in use") && Contains("CN=next"));
    CHECK(said(false).empty());
}
