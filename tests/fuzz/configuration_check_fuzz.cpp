// codec/configuration_check: what passes has everything that a device dereferences.

#include "property.hpp"

#include "codec/configuration_check.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view message{reinterpret_cast<const char*>(data), size};
    const auto checked = edgeconf::codec::check_configuration(message, "camera-1");
    if (!checked) {
        HOLDS(checked.error().code == edgeconf::errc::internal && !checked.error().detail.empty());
        return 0;
    }
    const auto whole = boost::json::parse({message.data(), message.size()});
    HOLDS(whole.at("device_id").as_string().size() == 8);
    HOLDS(whole.at("configuration").at("heartbeat").at("hardware_profile").is_object());
    for (const auto& workload : whole.at("workloads").as_array()) {
        HOLDS(!workload.at("name").as_string().empty());
        HOLDS(!workload.at("specification").as_string().empty());
    }
    return 0;
}
