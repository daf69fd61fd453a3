#include "config/loader.hpp"

#include "config/options.hpp"
#include "config/section.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

namespace edgeconf::config {
namespace {

// Each needs a table of its own in provider/op_table.cpp, and the host one more.
constexpr std::uint64_t most_threads = 128;

// Reads a whole number into a setting of its own width.
template <class Number>
void read_number(section& from, std::string_view key, Number& value, std::uint64_t lowest,
                 std::uint64_t highest, bool bytes = false) {
    auto wide = static_cast<std::uint64_t>(value);
    from.read(key, wide, lowest, highest, bytes);
    value = static_cast<Number>(wide);
}

void read_limits(section& s, connection_limits& limits) {
    read_number(s, "header-bytes", limits.header_bytes, 1024, 1 << 20, true);
    read_number(s, "header-count", limits.header_count, 1, 10'000);
    read_number(s, "body-bytes", limits.body_bytes, 1024, 1 << 30, true);
    read_number(s, "connections", limits.connections, 1, 1'000'000);
    read_number(s, "connections-per-peer", limits.connections_per_peer, 0, 1'000'000);
    s.read("handshake-time", limits.handshake_time);
    s.read("header-time", limits.header_time);
    s.read("body-time", limits.body_time);
    s.read("idle-time", limits.idle_time);
    s.read("write-time", limits.write_time);
}

// A name that a certificate can carry: no wildcard and nothing that would match more than itself.
bool is_dns_name(std::string_view name) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '.';
    };
    return !name.empty() && name.size() <= 253 && name.front() != '.' && name.back() != '.' &&
           std::all_of(name.begin(), name.end(), fits);
}

void read_tls(section& s, tls_settings& tls, bool admits_by_name) {
    s.read("certificate", tls.certificate);
    s.read("private-key", tls.private_key);
    s.read("client-ca", tls.client_ca);
    if (s.has("crl")) s.read("crl", tls.crl.emplace());
    s.read("check-interval", tls.check_interval);
    if (tls.certificate.empty())
        s.complain("certificate", "is missing: the server's certificate chain (PEM)");
    if (tls.private_key.empty()) s.complain("private-key", "is missing: the certificate's key (PEM)");
    if (tls.crl && tls.client_ca.empty())
        s.complain("crl", "needs client-ca: a list is about the certificates that a CA has signed");
    if (!admits_by_name) return;
    s.read("admit-dns-names", tls.admit_dns_names);
    if (tls.client_ca.empty())
        s.complain("client-ca", "is missing: the CA that signs client certificates (PEM)");
    if (tls.admit_dns_names.empty())
        s.complain("admit-dns-names", "is missing: the DNS names of the Edge API's certificate, as in "
                                      "[project-flotta.io]. Every device "
                                      "has a certificate of the same CA, so without a name each could read "
                                      "every other's configuration");
    for (const auto& name : tls.admit_dns_names)
        if (!is_dns_name(name))
            s.complain("admit-dns-names", "'" + name + "' is no DNS name (wildcards are not taken)");
}

void read_device_api(section& s, device_api_settings& api) {
    s.read("listen", api.listen);
    s.read("heartbeats", api.heartbeats_mode,
           {{"record", heartbeats::record}, {"ignore", heartbeats::ignore}});
    s.nested("tls", [&](section& tls) { read_tls(tls, api.tls.emplace(), true); });
    s.nested("limits", [&](section& limits) { read_limits(limits, api.limits); });
    s.nested("fuse", [&](section& fuse) {
        fuse.read("window", api.fuse.window);
        read_number(fuse, "minimum", api.fuse.minimum, 0, 1'000'000);
        read_number(fuse, "percent", api.fuse.percent, 0, 100);
    });
    if (!api.tls && !api.listen.is_local())
        s.complain("tls",
                   fmt::format("is missing, and plain HTTP is served only on a loopback address or a Unix "
                               "socket, not on {}",
                               api.listen.text()));
}

void read_admin_api(section& s, admin_api_settings& api) {
    if (s.has("socket")) s.read("socket", api.socket.emplace());
    if (s.has("listen")) s.read("listen", api.listen.emplace());
    if (s.has("tokens")) s.read("tokens", api.tokens.emplace());
    s.nested("tls", [&](section& tls) { read_tls(tls, api.tls.emplace(), false); });
    s.read("anonymous", api.anonymous,
           {{"none", anonymous_role::none},
            {"viewer", anonymous_role::viewer},
            {"approver", anonymous_role::approver},
            {"admin", anonymous_role::admin}});
    const bool on_tcp = api.listen && !api.listen->is_unix();
    const bool anonymous_demo = api.anonymous != anonymous_role::none && on_tcp && api.listen->is_local();
    if (api.anonymous != anonymous_role::none && !anonymous_demo)
        s.complain("anonymous", "more than none is allowed only where listen is a loopback address");
    if (on_tcp && !api.tls && !anonymous_demo)
        s.complain("tls",
                   "is missing: administration over TCP needs TLS (only anonymous on loopback goes without)");
    if (api.tokens && !api.tls)
        s.complain("tokens", "need tls: a token must not cross a network in the clear");
}

void read_observe(section& s, observe_settings& observe) {
    const auto listen = s.node("listen");
    if (listen.IsDefined() && listen.IsScalar() && listen.Scalar() == "none")
        observe.listen.reset();
    else
        s.read("listen", *observe.listen);
    s.nested("log", [&](section& log) {
        log.read("level", observe.log_level,
                 {{"trace", observe::level::trace},
                  {"debug", observe::level::debug},
                  {"info", observe::level::info},
                  {"warn", observe::level::warn},
                  {"error", observe::level::error}});
        log.read("format", observe.log_format,
                 {{"text", observe::log_format::text}, {"json", observe::log_format::json}});
    });
}

void read_provider(section& s, provider_settings& provider) {
    s.read("library", provider.library);
    if (provider.library.empty())
        s.complain("library", "is missing: a provider's name, as in memory, or the absolute path of its .so");
    else if (provider.library.front() != '/' && provider.library.find('/') != std::string::npos)
        s.complain("library", "is neither a provider's name nor an absolute path");
    s.read("sha256", provider.sha256);
    const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (!provider.sha256.empty() && (provider.sha256.size() != 64 ||
                                     !std::all_of(provider.sha256.begin(), provider.sha256.end(), is_hex)))
        s.complain("sha256", "is not 64 lower-case hex digits, as sha256sum prints them");
    s.nested("deadlines", [&](section& d) {
        d.read("device", provider.deadlines.device);
        d.read("administration", provider.deadlines.administration);
        d.read("start", provider.deadlines.start);
        d.read("reconfigure", provider.deadlines.reconfigure);
        d.read("stop", provider.deadlines.stop);
    });
    s.nested("breaker", [&](section& b) {
        b.read("window", provider.breaker.window);
        read_number(b, "calls", provider.breaker.calls, 1, 1'000'000);
        read_number(b, "percent", provider.breaker.percent, 1, 100);
    });
    read_number(s, "workers", provider.workers, 1, 256);
    read_number(s, "queue", provider.queue, 1, 1'000'000);
    provider.options = read_options(s.shared(), s.node("options"), provider.option_marks);
}

void read_root(section& s, settings& all) {
    const bool has_device_api =
        s.nested("device-api", [&](section& api) { read_device_api(api, all.device_api); });
    s.nested("admin-api", [&](section& api) { read_admin_api(api, all.admin_api.emplace()); });
    s.nested("observe", [&](section& observe) { read_observe(observe, all.observe); });
    const bool has_provider =
        s.nested("provider", [&](section& provider) { read_provider(provider, all.provider); });
    read_number(s, "threads", all.threads, 0, most_threads);
    s.read("shutdown-time", all.shutdown_time);
    if (!has_device_api) s.complain("device-api", "is missing: where devices are served");
    if (!has_provider) s.complain("provider", "is missing: who answers, as in provider: {library: memory}");
    s.finish();
}

// Takes a document's beginning and lets the rest pass.
struct beginning final : YAML::EventHandler {
    YAML::Mark at;

    void OnDocumentStart(const YAML::Mark& mark) override { at = mark; }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}
};

// Where something follows the first document, which is all that YAML::Load looks at. Not by YAML::LoadAll:
// where a document begins with a stray comma it never ends.
std::optional<YAML::Mark> rest_of(const std::string& text) {
    std::istringstream in{text};
    YAML::Parser parser{in};
    beginning first;
    beginning second;
    if (!parser.HandleNextDocument(first) || !parser.HandleNextDocument(second)) return std::nullopt;
    return second.at;
}

errors cannot_read(const std::filesystem::path& file) {
    return {
        {file.string() + ": cannot be read: " + std::error_code{errno, std::generic_category()}.message()}};
}

} // namespace

boost::system::result<settings, errors> load(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    std::ostringstream read;
    read << in.rdbuf();
    in.peek(); // a folder opens, but does not read
    if (!in.is_open() || in.bad()) return cannot_read(file);
    const auto text = std::move(read).str();
    settings all;
    all.file = std::filesystem::absolute(file).lexically_normal();
    reading into{all.file, {}};
    try {
        section root{into, YAML::Load(text), ""};
        if (const auto at = rest_of(text))
            into.complain(*at, "", "a second document begins here; one is expected");
        read_root(root, all);
    } catch (const YAML::Exception& e) {
        into.complain(e.mark, "", "not valid YAML: " + e.msg);
    }
    if (!into.complaints.empty()) return errors{std::move(into.complaints)};
    return all;
}

std::string place_of_option(const settings& from, std::string_view json_pointer) {
    for (auto pointer = std::string{json_pointer};; pointer.erase(pointer.rfind('/'))) {
        const auto found = from.provider.option_marks.find(pointer);
        if (found != from.provider.option_marks.end())
            return fmt::format("{}:{}:{}", from.file.string(), found->second.line, found->second.column);
        if (pointer.find('/') == std::string::npos) return from.file.string();
    }
}

} // namespace edgeconf::config
