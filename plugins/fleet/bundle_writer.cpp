#include "fleet/bundle.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <stdexcept>

namespace edgeconf::fleet {

namespace {

// How far a bundle has come: what its last line will say, and where the store goes on.
struct position {
    std::uint64_t objects = 0;
    std::uint64_t devices = 0;
    std::string store; // empty: at the beginning

    std::string text() const { return fmt::format("{}.{}.{}", objects, devices, store); }
};

std::uint64_t take_count(std::string_view& text) {
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const auto length = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || length == text.size() || *end != '.') {
        throw std::invalid_argument{"is no place in a bundle"};
    }
    text.remove_prefix(length + 1);
    return count;
}

position position_at(std::string_view text) {
    position at;
    if (text.empty()) return at;
    at.objects = take_count(text);
    at.devices = take_count(text);
    if (text.empty()) throw std::invalid_argument{"is no place in a bundle"};
    at.store = text;
    return at;
}

// Writes what a store hands over as lines.
class line_writer final : public store_visitor {
public:
    line_writer(std::string& into, position& at, const hardware_codec& codec)
        : into_{into}, at_{at}, codec_{codec} {}

    void manifests(const manifest_file& file) override {
        for (const auto& each : file.objects) write_object(each.text);
    }
    void object(const stored_object& object) override { write_object(object.text); }
    void device(const stored_device& device) override;
    void happened(const event&) override {}

private:
    void write_object(std::string_view text);

    std::string& into_;
    position& at_;
    const hardware_codec& codec_;
};

void line_writer::write_object(std::string_view text) {
    into_ += R"({"object":)";
    // A line's end in JSON can only stand between its parts.
    std::replace_copy_if(
        text.begin(), text.end(), std::back_inserter(into_), [](char c) { return c == '\n' || c == '\r'; },
        ' ');
    into_ += "}\n";
    ++at_.objects;
}

void line_writer::device(const stored_device& device) {
    auto to = std::back_inserter(into_);
    fmt::format_to(to, R"({{"device":{{"id":"{}","membership":{})", device.id, device.membership);
    if (!device.status.empty()) fmt::format_to(to, R"(,"status":{})", device.status);
    const compact_hardware packed{device.hardware};
    if (const auto text = codec_.unpack(packed); !text) {
        into_ += R"(,"damaged":["hardware"])";
    } else if (!text->empty()) {
        fmt::format_to(to, R"(,"hardware":{})", *text);
    }
    if (device.heard != 0) fmt::format_to(to, R"(,"heard":{})", device.heard);
    into_ += "}}\n";
    ++at_.devices;
}

} // namespace

bundle_page make_bundle_page(std::string_view from, std::size_t enough, unix_seconds now, store& fleet,
                             const hardware_codec& codec) {
    auto at = position_at(from);
    bundle_page page;
    if (from.empty()) {
        page.text =
            fmt::format("{{\"bundle\":\"edgeconf\",\"version\":{},\"made\":{}}}\n", bundle_version, now);
    }
    line_writer writer{page.text, at, codec};
    at.store = fleet.page(at.store, writer, [&] { return page.text.size() >= enough; });
    if (at.store.empty()) {
        page.text += fmt::format("{{\"end\":{{\"objects\":{},\"devices\":{}}}}}\n", at.objects, at.devices);
    } else {
        page.next = at.text();
    }
    return page;
}

} // namespace edgeconf::fleet
