#include "ldap/read_settings.hpp"

#include "ldap/read_mapping.hpp"
#include "ldap/server_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace edgeconf::ldap {
namespace {

using fleet::option_reader;
using namespace std::chrono_literals;

constexpr std::size_t most_urls = 16;

void read_file(option_reader& from, std::string_view key, std::filesystem::path& value) {
    std::string text;
    from.read_text(key, text);
    value = text;
    std::error_code absent;
    if (!text.empty() && (!std::filesystem::is_regular_file(value, absent) || !std::ifstream{value}))
        from.problem(key, fmt::format("the file {} cannot be read", text));
}

template <class Time>
void check_time(option_reader& from, std::string_view key, Time value, Time least, Time most,
                const char* bounds) {
    if (value < least || value > most) from.problem(key, std::string{"is "} + bounds);
}

std::vector<server_url> read_urls(option_reader& from, std::vector<std::string>& read) {
    from.read_texts("urls", read);
    std::vector<server_url> parsed;
    for (const auto& text : read) {
        std::string wrong;
        if (auto url = parse_server_url(text, wrong))
            parsed.push_back(*std::move(url));
        else
            from.problem("urls", fmt::format("{}: {}", text, wrong));
    }
    if (!from.has("urls")) from.problem("urls", "is missing: it names the directory's servers");
    if (read.size() > most_urls) from.problem("urls", "has at most 16 of them");
    return parsed;
}

bool any_is(const std::vector<server_url>& urls, url_scheme scheme) {
    return std::any_of(urls.begin(), urls.end(), [&](const auto& url) { return url.scheme == scheme; });
}

void read_tls(option_reader& from, const std::vector<server_url>& urls, tls_settings& read) {
    from.read_flag("start-tls", read.start_tls);
    read_file(from, "ca-file", read.ca_file);
    read_file(from, "certificate", read.certificate);
    read_file(from, "key", read.key);
    if (read.start_tls && (any_is(urls, url_scheme::ldaps) || any_is(urls, url_scheme::ldapi)))
        from.problem("start-tls", "is for ldap:// URLs alone");
    if (from.has("certificate") != from.has("key"))
        from.problem(from.has("key") ? "certificate" : "key",
                     "is missing: each of certificate and key needs the other");
    const bool is_used = read.start_tls || any_is(urls, url_scheme::ldaps);
    for (const auto* key : {"ca-file", "certificate"}) {
        if (!is_used && from.has(key)) from.problem(key, "is for ldaps:// URLs and start-tls");
    }
}

void check_external(option_reader& from, const std::vector<server_url>& urls, const tls_settings& tls) {
    for (const auto& url : urls) {
        const bool has_tls = url.scheme == url_scheme::ldaps || tls.start_tls;
        if (url.scheme == url_scheme::ldapi || (has_tls && from.has("certificate"))) continue;
        from.problem("bind", fmt::format("with method external, {} needs a client certificate over TLS; with "
                                         "method simple, a dn and a password-file",
                                         url.text));
        return;
    }
}

void check_cleartext(option_reader& from, const std::vector<server_url>& urls, const tls_settings& tls,
                     bool may) {
    for (const auto& url : urls) {
        if (may || tls.start_tls || url.scheme != url_scheme::ldap || url.is_local()) continue;
        from.problem("urls",
                     fmt::format("{}: the password would be sent in the clear; use ldaps:// or start-tls, "
                                 "or say allow-cleartext",
                                 url.text));
        return;
    }
}

void read_bind(option_reader& above, const std::vector<server_url>& urls, connection_settings& read) {
    bool may_cleartext = false;
    above.read_flag("allow-cleartext", may_cleartext);
    if (auto from = above.read_object("bind")) {
        from->read_choice("method", read.bind.method,
                          {{"simple", bind_method::simple}, {"external", bind_method::external}});
        if (read.bind.method == bind_method::simple) {
            read_dn(*from, "dn", read.bind.dn);
            read_file(*from, "password-file", read.bind.password_file);
            if (!from->has("password-file"))
                from->problem("password-file", "is missing: it has the password of the dn");
        } else {
            for (const auto* key : {"dn", "password-file"}) {
                if (from->has(key)) from->problem(key, "is for method simple");
            }
        }
    }
    if (read.bind.method == bind_method::simple)
        check_cleartext(above, urls, read.tls, may_cleartext);
    else
        check_external(above, urls, read.tls);
}

void read_connection(option_reader& from, connection_settings& read) {
    const auto urls = read_urls(from, read.urls);
    read_tls(from, urls, read.tls);
    read_bind(from, urls, read);
    for (const auto& [key, value] : {std::pair{"connect-timeout", &read.connect_timeout},
                                     std::pair{"operation-timeout", &read.operation_timeout},
                                     std::pair{"write-timeout", &read.write_timeout}}) {
        from.read_milliseconds(key, *value);
        check_time<std::chrono::milliseconds>(from, key, *value, 10ms, 60s, "from 10ms to 60s");
    }
}

void read_follow(option_reader& above, follow_settings& read) {
    auto from = above.read_object("follow");
    if (!from) return;
    from->read_choice("by", read.by,
                      {{"auto", following::automatic}, {"sync", following::sync}, {"poll", following::poll}});
    from->read_duration("poll-interval", read.poll_interval);
    from->read_duration("deletion-interval", read.deletion_interval);
    from->read_duration("probe-interval", read.probe_interval);
    from->read_count("page-size", read.page_size, 10, 10'000);
    check_time<std::chrono::seconds>(*from, "poll-interval", read.poll_interval, 1s, 1h, "at most 1h");
    check_time<std::chrono::seconds>(*from, "probe-interval", read.probe_interval, 1s, 1h, "at most 1h");
    check_time<std::chrono::seconds>(*from, "deletion-interval", read.deletion_interval, read.poll_interval,
                                     24h, "at least poll-interval and at most 1d");
}

} // namespace

settings read_settings(option_reader& from) {
    settings read;
    read_connection(from, read.connection);
    read_dn(from, "base", read.base);
    read_follow(from, read.follow);
    from.read_choice(
        "heartbeats", read.heartbeats,
        {{"ignore", heartbeats::ignore}, {"memory", heartbeats::memory}, {"write", heartbeats::write}});
    from.read_duration("heartbeat-interval", read.heartbeat_interval);
    check_time<std::chrono::seconds>(from, "heartbeat-interval", read.heartbeat_interval, 1s, 24h,
                                     "at most 1d");
    if (from.has("heartbeat-interval") && read.heartbeats != heartbeats::write)
        from.problem("heartbeat-interval", "is for heartbeats: write");
    if (auto mapping = from.read_object("mapping")) read.mapping = read_mapping(*mapping);
    return read;
}

} // namespace edgeconf::ldap
