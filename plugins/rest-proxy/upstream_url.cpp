#include "rest-proxy/upstream_url.hpp"

#include <boost/url/parse.hpp>

#include <algorithm>
#include <utility>

namespace edgeconf::rest_proxy {
namespace {

constexpr std::string_view unix_scheme = "unix:";

// Without the slash at its end: the calls' paths begin with one.
std::string as_base(std::string_view path) {
    while (path.ends_with('/')) path.remove_suffix(1);
    return std::string{path};
}

// A request's target is made of it as it is.
bool is_base(std::string_view path) {
    if (path.empty()) return true;
    const auto parsed = boost::urls::parse_origin_form(path);
    return parsed && !parsed->has_query();
}

// One that can be looked up, and be written into Host as it is.
bool is_host(const boost::urls::url_view& url) {
    if (url.host_type() != boost::urls::host_type::name)
        return url.host_type() != boost::urls::host_type::ipvfuture;
    const std::string name = url.host_address();
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '-' || c == '_';
    });
}

std::optional<upstream_address> read_socket(std::string_view rest, std::string& wrong) {
    const auto colon = rest.find(":/");
    upstream_address made;
    made.socket = rest.substr(0, colon);
    if (colon != std::string_view::npos) made.base = as_base(rest.substr(colon + 1));
    if (!made.socket.starts_with('/')) {
        wrong = "has to be unix: and an absolute path, as in unix:/run/store.sock";
        return std::nullopt;
    }
    if (made.socket.size() > 107) { // sockaddr_un
        wrong = "names a socket with a path of more than 107 bytes";
        return std::nullopt;
    }
    if (!is_base(made.base)) {
        wrong = "has to have a plain path behind the socket's, as in unix:/run/store.sock:/api";
        return std::nullopt;
    }
    return made;
}

} // namespace

std::optional<upstream_address> read_upstream_url(std::string_view url, std::string& wrong) {
    if (url.starts_with(unix_scheme)) return read_socket(url.substr(unix_scheme.size()), wrong);
    const auto parsed = boost::urls::parse_uri(url);
    const bool is_http = parsed && (parsed->scheme_id() == boost::urls::scheme::http ||
                                    parsed->scheme_id() == boost::urls::scheme::https);
    // Boost takes what follows the digits of a port for a path.
    if (!is_http || !(parsed->encoded_path().empty() || parsed->encoded_path().starts_with('/'))) {
        wrong = "has to be a URL such as https://store.example:8443/api/flotta-backend/v1, or "
                "unix:/run/store.sock";
        return std::nullopt;
    }
    if (parsed->host().empty()) {
        wrong = "names no host";
        return std::nullopt;
    }
    if (!is_host(*parsed)) {
        wrong = "has a host that is neither a name nor an address";
        return std::nullopt;
    }
    const bool names_port = parsed->has_port() && !parsed->port().empty();
    if (names_port && parsed->port_number() == 0) {
        wrong = "has a port that is not from 1 to 65535";
        return std::nullopt;
    }
    if (parsed->has_userinfo() || parsed->has_query() || parsed->has_fragment()) {
        wrong = "may have a scheme, a host, a port and a path, and nothing else; credentials go into "
                "bearer-token-file, headers or tls";
        return std::nullopt;
    }
    upstream_address made;
    made.tls = parsed->scheme_id() == boost::urls::scheme::https;
    made.host = parsed->host_address();
    made.port = names_port ? std::to_string(parsed->port_number()) : made.tls ? "443" : "80";
    made.base = as_base(std::string{parsed->encoded_path()});
    return made;
}

} // namespace edgeconf::rest_proxy
