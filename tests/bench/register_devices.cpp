#include "bench/benchmarks.hpp"
#include "bench/sample_fleet.hpp"

#include "fleet/hardware_codec.hpp"
#include "fleet/wire_body.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace edgeconf::bench {

namespace {

// What the codec makes of the same hardware; whether or not the model keeps it like that.
void pack_hardware(std::size_t devices, report& out) {
    fleet::hardware_codec codec;
    time_spent packing;
    std::size_t text_bytes = 0;
    std::size_t packed_bytes = 0;
    for (std::size_t i = 0; i < devices; ++i) {
        const auto text =
            boost::json::serialize(fleet::read_registration(registration_body(i))->hardware.hardware());
        const stopwatch watch;
        packed_bytes += codec.pack(text).bytes().size();
        packing += watch.elapsed();
        text_bytes += text.size();
    }
    out.count("hardware as text", static_cast<double>(text_bytes / devices), "B");
    out.count("hardware packed", static_cast<double>(packed_bytes / devices), "B");
    out.time("hardware_codec::pack", packing, devices);
}

} // namespace

void register_devices(fleet_under_load& fleet, report& out) {
    out.section("Registrations");
    const auto devices = fleet.ids.size();
    time_spent reading;
    time_spent putting;
    std::size_t answered = 0;
    const fleet::csr_key no_key{std::string{"there is none"}};
    for (std::size_t i = 0; i < devices; ++i) {
        const auto text = registration_body(i);
        const stopwatch read_watch;
        const auto body = fleet::read_registration(text);
        reading += read_watch.elapsed();
        const stopwatch put_watch;
        answered += fleet.model.put_registration(fleet.ids[i], *body, no_key) == fleet::outcome::ok ? 1 : 0;
        putting += put_watch.elapsed();
    }
    out.expect(answered == devices, "every device may register");
    out.time("read_registration", reading, devices);
    out.time("put_registration", putting, devices);
    out.memory("hardware and its labels", devices);
    pack_hardware(std::min<std::size_t>(devices, 1'000), out);
}

} // namespace edgeconf::bench
