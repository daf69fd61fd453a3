#include "api/respond.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <utility>

namespace edgeconf::api {
namespace {

constexpr std::string_view json_type = "application/json";

struct meaning {
    unsigned status;
    std::string_view message;
    int retry_after_s = 0; // where the problem does not know better
};

meaning of(errc code) {
    switch (code) {
    case errc::invalid: return {400, "the request does not fit Flotta's model"};
    case errc::unauthenticated: return {401, "the data store did not accept this host's credentials"};
    case errc::denied: return {403, "the device is denied"};
    case errc::not_found:
        return {404, "the device is not known here: it never enrolled, waits for approval or was denied"};
    case errc::exists: return {409, "a device with the same id in another case exists"};
    case errc::conflict: return {409, "the device was changed meanwhile"};
    case errc::precondition: return {409, "the device is not approved"};
    case errc::unimplemented: return {501, "the provider does not implement this call"};
    case errc::busy: return {503, "too many requests wait for the data store", 1};
    case errc::unavailable: return {503, "the data store cannot be reached", 5};
    case errc::cancelled: return {503, "the host is stopping", 5};
    case errc::deadline: return {504, "the data store did not answer in time"};
    case errc::corrupt: return {500, "what is stored of the device cannot be read"};
    case errc::internal: break;
    }
    return {500, "the data store failed; the host's log says why"};
}

http::response failed(const meaning& what, std::string_view message, std::chrono::milliseconds retry_after) {
    auto made = error(what.status, message);
    made.retry_after = retry_after.count() > 0 ? std::chrono::ceil<std::chrono::seconds>(retry_after)
                                               : std::chrono::seconds{what.retry_after_s};
    return made;
}

} // namespace

http::response error(unsigned status, std::string_view message) {
    const boost::json::value body{{"message", boost::json::string_view{message.data(), message.size()}}};
    http::response made;
    made.status = status;
    made.content_type = json_type;
    made.body = boost::json::serialize(body);
    return made;
}

http::response ok(std::string body) {
    http::response made;
    if (!body.empty()) made.content_type = json_type;
    made.body = std::move(body);
    return made;
}

http::response failure(const problem& why) {
    const auto what = of(why.code);
    const bool tells = why.code == errc::invalid && !why.detail.empty();
    return failed(what, tells ? std::string_view{why.detail} : what.message, why.retry_after);
}

http::response full_failure(const problem& why) { return failed(of(why.code), why.detail, why.retry_after); }

} // namespace edgeconf::api
