// How the proxy shows itself to an upstream, and whom it takes for one.
#pragma once

#include "rest-proxy/settings.hpp"
#include "rest-proxy/watched_file.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>
#include <vector>

namespace edgeconf::rest_proxy {

// What is wrong with the files, with the file's name and what to do; empty if nothing is.
std::string tls_fault(const tls_settings& files);

// Not thread-safe.
class client_tls {
public:
    explicit client_tls(const tls_settings& files);

    // For the next connection: files that have been replaced are read again, at most once a second. Those
    // that are no good leave the former context, and `wrong` says why, once. Null as long as there is none.
    std::shared_ptr<boost::asio::ssl::context> current(std::string& wrong);

private:
    tls_settings files_;
    std::vector<watched_file> watched_;
    std::chrono::steady_clock::time_point next_look_{};
    std::shared_ptr<boost::asio::ssl::context> context_;
    bool has_tried_ = false;
    std::string wrong_; // as last found
};

} // namespace edgeconf::rest_proxy
