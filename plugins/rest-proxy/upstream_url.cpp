#include "rest-proxy/upstream_url.hpp"

#include <boost/url/parse.hpp>

#include <utility>

namespace edgeconf::rest_proxy {
namespace {

constexpr std::string_view unix_scheme = "unix:";

// Without the slash at its end: the calls' paths begin with one.
std::string as_base(std::string_view path) {
    while (path.ends_with('/')) path.remove_suffix(1);
    return std::string{path};
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
    return made;
}

} // namespace

std::optional<upstream_address> read_upstream_url(std::string_view url, std::string& wrong) {
    if (url.starts_with(unix_scheme)) return read_socket(url.substr(unix_scheme.size()), wrong);
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || (parsed->scheme() != "http" && parsed->scheme() != "https")) {
        wrong = "has to be a URL such as https://store.example:8443/api/flotta-backend/v1, or "
                "unix:/run/store.sock";
        return std::nullopt;
    }
    if (parsed->host().empty()) {
        wrong = "names no host";
        return std::nullopt;
    }
    if (parsed->has_userinfo() || parsed->has_query() || parsed->has_fragment()) {
        wrong = "may have a scheme, a host, a port and a path, and nothing else; credentials go into "
                "bearer-token-file, headers or tls";
        return std::nullopt;
    }
    upstream_address made;
    made.tls = parsed->scheme() == "https";
    made.host = parsed->host_address();
    made.port = parsed->has_port() ? std::string{parsed->port()} : std::string{made.tls ? "443" : "80"};
    made.base = as_base(std::string{parsed->encoded_path()});
    return made;
}

} // namespace edgeconf::rest_proxy
