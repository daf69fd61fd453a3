#include "rest-proxy/read_settings.hpp"

#include "rest-proxy/bearer_token.hpp"
#include "rest-proxy/client_tls.hpp"
#include "rest-proxy/upstream_url.hpp"

#include <boost/beast/http/field.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace edgeconf::rest_proxy {
namespace {

namespace json = boost::json;
using fleet::option_reader;

void read_path(option_reader& from, std::string_view key, std::filesystem::path& value) {
    std::string text = value.string();
    from.read_text(key, text);
    value = text;
}

tls_settings read_tls(option_reader& upstream, const upstream_settings& of) {
    tls_settings read;
    auto from = upstream.read_object("tls");
    if (!of.address.tls) {
        if (from) from->problem("", "is for https:// URLs");
        return read;
    }
    if (!from) return read;
    read_path(*from, "ca", read.ca);
    read_path(*from, "certificate", read.certificate);
    read_path(*from, "key", read.key);
    from->read_text("name", read.name);
    if (read.certificate.empty() != read.key.empty()) {
        from->problem("", "has a certificate or a key without the other");
        return read;
    }
    if (auto wrong = tls_fault(read); !wrong.empty()) from->problem("", std::move(wrong));
    return read;
}

std::vector<upstream_settings> read_upstreams(option_reader& from) {
    std::vector<upstream_settings> all;
    for (auto& each : from.read_objects("upstreams")) {
        upstream_settings read;
        each.read_text("url", read.url);
        std::string wrong;
        each.read_count("priority", read.priority, 1, 100);
        if (auto address = read_upstream_url(read.url, wrong)) {
            read.address = *std::move(address);
            read.tls = read_tls(each, read);
        } else {
            each.problem("url", std::move(wrong));
        }
        all.push_back(std::move(read));
    }
    if (all.empty())
        from.problem("upstreams", "has to name at least one upstream, as {\"url\": \"https://...\"}");
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.priority < b.priority; });
    return all;
}

bool is_field_name(std::string_view name) {
    static constexpr std::string_view marks = "!#$%&'*+-.^_`|~"; // RFC 9110, token
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               marks.find(c) != std::string_view::npos;
    });
}

// What the proxy itself says.
bool is_taken(std::string_view name) {
    using field = boost::beast::http::field;
    static constexpr std::array taken{field::host,       field::content_length, field::transfer_encoding,
                                      field::connection, field::content_type,   field::accept,
                                      field::expect,     field::upgrade,        field::te,
                                      field::trailer,    field::keep_alive};
    const auto known = boost::beast::http::string_to_field({name.data(), name.size()});
    return std::find(taken.begin(), taken.end(), known) != taken.end();
}

bool is_authorization(std::string_view name) {
    namespace http = boost::beast::http;
    return http::string_to_field({name.data(), name.size()}) == http::field::authorization;
}

std::vector<header> read_headers(option_reader& from) {
    std::vector<header> all;
    auto given = from.read_object("headers");
    if (!given) return all;
    for (const auto& name : given->keys()) {
        header read{name, {}};
        given->read_text(name, read.value);
        const bool is_value = std::all_of(read.value.begin(), read.value.end(),
                                          [](char c) { return c == '\t' || (c >= 0x20 && c < 0x7f); });
        if (!is_field_name(name) || is_taken(name))
            given->problem(name, "is no header that can be added");
        else if (from.has("bearer-token-file") && is_authorization(name))
            given->problem(name, "is what bearer-token-file is for; give one of the two");
        else if (!is_value)
            given->problem(name, "has to be visible ASCII and blanks");
        else
            all.push_back(std::move(read));
    }
    return all;
}

void read_pool(option_reader& from, pool_settings& read) {
    auto given = from.read_object("pool");
    if (!given) return;
    given->read_count("connections", read.connections, 1, 10'000);
    given->read_count("waiting", read.waiting, 0, 1'000'000);
    given->read_duration("idle-time", read.idle_time);
    given->read_duration("age", read.age);
}

void read_retries(option_reader& from, retry_settings& read) {
    auto given = from.read_object("retries");
    if (!given) return;
    given->read_count("attempts", read.attempts, 1, 10);
    given->read_count("budget-percent", read.budget_percent, 0, 100);
}

void read_breaker(option_reader& from, breaker_settings& read) {
    auto given = from.read_object("breaker");
    if (!given) return;
    given->read_count("failures-percent", read.failures_percent, 1, 100);
    given->read_count("calls", read.calls, 1, 1'000'000);
    given->read_duration("window", read.window);
    given->read_duration("open-time", read.open_time);
}

void read_cache(option_reader& from, cache_settings& read) {
    auto given = from.read_object("cache");
    if (!given) return;
    given->read_count("bytes", read.bytes, 0, std::size_t{1} << 40);
    given->read_milliseconds("ttl", read.ttl);
    given->read_duration("revalidate", read.revalidate);
    given->read_duration("on-error", read.on_error);
}

} // namespace

settings read_settings(std::string_view options, fleet::option_problems& problems) {
    settings read;
    boost::system::error_code ec;
    const auto parsed = json::parse({options.data(), options.size()}, ec);
    if (ec || !parsed.is_object()) {
        problems.push_back({"", "the options are no JSON object"});
        return read;
    }
    option_reader from{parsed.get_object(), "", problems};
    read.upstreams = read_upstreams(from);
    read.headers = read_headers(from);
    read_path(from, "bearer-token-file", read.bearer_token);
    if (!read.bearer_token.empty()) {
        if (auto wrong = token_fault(read.bearer_token); !wrong.empty())
            from.problem("bearer-token-file", std::move(wrong));
    }
    from.read_milliseconds("deadline", read.deadline);
    from.read_milliseconds("connect-time", read.connect_time);
    from.read_count("answer-bytes", read.answer_bytes, 1024, std::size_t{64} << 20);
    from.read_count("threads", read.threads, 1, 64);
    read_pool(from, read.pool);
    read_retries(from, read.retries);
    read_breaker(from, read.breaker);
    read_cache(from, read.cache);
    return read;
}

} // namespace edgeconf::rest_proxy
