// codec/json_body: it takes exactly what a JSON parser takes and reads as an object.

#include "property.hpp"

#include "codec/json_body.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view body{reinterpret_cast<const char*>(data), size};
    const auto checked = edgeconf::codec::check_json_object(body);
    boost::system::error_code ec;
    const auto parsed = boost::json::parse({body.data(), body.size()}, ec);
    HOLDS(checked.has_value() == (!ec && parsed.is_object()));
    if (!checked) HOLDS(checked.error().code == edgeconf::errc::invalid && !checked.error().detail.empty());
    return 0;
}
