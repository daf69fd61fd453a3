#include "fleet/bundle.hpp"

#include "fleet/device_document.hpp"
#include "fleet/field.hpp"
#include "fleet/finding.hpp"
#include "fleet/hardware.hpp"
#include "fleet/import_builder.hpp"
#include "fleet/manifest.hpp"
#include "fleet/name_syntax.hpp"
#include "fleet/wire_body.hpp"
#include "fleet/yaml_reader.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr unix_seconds latest = 253'402'300'799; // the end of the year 9999
constexpr std::size_t depth_limit = 100;
constexpr auto count_limit = std::numeric_limits<std::int64_t>::max();

class bundle_reader {
public:
    bundle_reader(const std::filesystem::path& path, findings& found)
        : path_{path}, file_{std::make_shared<const std::string>(path.string())}, found_{found}, builder_{
                                                                                                     file_,
                                                                                                     found} {}

    imported_fleet read();

private:
    void line(std::string_view text);
    void header(const field& root);
    void object(std::string_view text);
    void device(const field& from);
    void end(const field& from);
    void leave_notes();

    std::string read_membership_of(const field& from, std::string_view id);
    std::string read_status_of(const field& from, std::string_view id);
    compact_hardware read_hardware_of(const field& from);

    void error(std::string_view what) { found_.error(fmt::format("{}:{}: {}", *file_, line_, what)); }

    const std::filesystem::path& path_;
    std::shared_ptr<const std::string> file_;
    findings& found_;
    import_builder builder_;
    hardware_codec codec_;
    std::uint32_t line_ = 0;
    bool readable_ = false; // the header says that it is a bundle of a version that is known
    bool ended_ = false;
    std::int64_t objects_ = 0;
    std::int64_t devices_ = 0;
    std::size_t unknown_lines_ = 0;
    std::size_t without_hardware_ = 0;
};

imported_fleet bundle_reader::read() {
    std::ifstream stream{path_, std::ios::binary};
    const auto size = bundle_line_limit + 2; // with the line's end, and a zero
    const auto buffer = std::make_unique_for_overwrite<char[]>(size);
    while (stream.getline(buffer.get(), static_cast<std::streamsize>(size))) {
        const auto length = static_cast<std::size_t>(stream.gcount()) - (stream.eof() ? 0 : 1);
        ++line_;
        line({buffer.get(), length});
        if (!readable_) return {};
    }
    ++line_;
    if (!stream.eof() && stream.gcount() > 0) {
        error(fmt::format("is longer than {} MiB", bundle_line_limit >> 20));
    } else if (stream.bad() || line_ == 1) {
        found_.error(fmt::format("{}: cannot be read, or is empty", *file_));
    } else if (!ended_) {
        error("is missing: the bundle is a torso, for its last line begins with {\"end\"; export it again");
    }
    return std::move(builder_).result();
}

void bundle_reader::line(std::string_view text) {
    if (ended_) return error("comes after the end of the bundle");
    json::parse_options options;
    options.max_depth = depth_limit;
    boost::system::error_code problem;
    auto parsed = json::parse(text, problem, {}, options);
    if (problem) return error(fmt::format("is no JSON: {}", problem.message()));
    std::vector<std::uint32_t> lines(count_values(parsed), line_);
    const manifest owner{{}, {}, {}, {}, std::move(parsed), std::move(lines), file_};
    const field root{owner, owner.root, found_};
    if (!owner.root.is_object()) return error("has to be a map");
    if (line_ == 1) return header(root);
    if (const auto object = root["object"]; object.present()) return this->object(text);
    if (const auto device = root["device"]; device.present()) return this->device(device);
    if (const auto last = root["end"]; last.present()) return end(last);
    ++unknown_lines_;
}

void bundle_reader::header(const field& root) {
    if (root["bundle"].text() != "edgeconf") return error("is not the first line of a bundle");
    const auto version = root["version"].integer(1, count_limit);
    if (!root["version"].present()) root["version"].error("is missing");
    if (version && *version > bundle_version) {
        root["version"].error(
            fmt::format("is {}: a newer edgeconf has made this bundle; this one reads version "
                        "{} at most, so install the newer one here, too",
                        *version, bundle_version));
        return;
    }
    readable_ = version.has_value();
}

// Read once more, so that numbers keep their last bit.
void bundle_reader::object(std::string_view text) {
    ++objects_;
    const auto exact = from_text(text);
    if (!exact) return error("is no JSON");
    builder_.object({line_, to_text(exact->at("object"))});
}

void bundle_reader::device(const field& from) {
    ++devices_;
    imported_device device;
    device.id = from["id"].text().value_or("");
    if (!is_device_id(device.id)) {
        return from["id"].error("has to be 1 to 253 of A-Z a-z 0-9 . _ : - and neither . nor ..");
    }
    device.membership = read_membership_of(from["membership"], device.id);
    device.status = read_status_of(from["status"], device.id);
    device.hardware = read_hardware_of(from["hardware"]);
    device.heard = from["heard"].integer(0, latest).value_or(0);
    if (!from["damaged"].items().empty()) ++without_hardware_;
    if (!device.membership.empty()) builder_.device(line_, std::move(device));
}

std::string bundle_reader::read_membership_of(const field& from, std::string_view id) {
    if (!from.present()) {
        from.error("is missing");
        return {};
    }
    device_record read;
    try {
        read_membership(json::serialize(*from.value()), read);
    } catch (const document_damaged& damaged) {
        error(fmt::format("device {}: {}", id, damaged.what()));
        return {};
    }
    // The Edge API puts these into certificates and paths.
    const bool is_in_none = read.ns.empty() && read.state != device_state::known;
    if (!is_in_none && !is_namespace(read.ns)) from["namespace"].error("has to be a DNS label");
    if (read.request && !is_namespace(read.request->ns)) {
        from["request"]["namespace"].error("has to be a DNS label");
    }
    if (read.request && !is_label_value(read.request->set)) {
        from["request"]["set"].error("has to be the value of a label");
    }
    return membership_document(read);
}

std::string bundle_reader::read_status_of(const field& from, std::string_view id) {
    if (!from.present()) return {};
    device_record read;
    try {
        read_status(json::serialize(*from.value()), read);
    } catch (const document_damaged& damaged) {
        error(fmt::format("device {}: {}", id, damaged.what()));
    }
    return status_document(read);
}

// As if the device sent it: what is not known is dropped, what is too long is cut.
compact_hardware bundle_reader::read_hardware_of(const field& from) {
    if (!from.present()) return {};
    const auto sent = read_registration(fmt::format(R"({{"hardware":{}}})", json::serialize(*from.value())));
    if (!sent) {
        from.error(fmt::format("{} {}", sent.error().front().pointer, sent.error().front().what));
        return {};
    }
    if (sent->hardware.hardware().empty()) return {};
    return codec_.pack(bounded_hardware(sent->hardware.hardware(), hardware_text_limit));
}

void bundle_reader::end(const field& from) {
    ended_ = true;
    const auto objects = from["objects"].integer(0, count_limit);
    const auto devices = from["devices"].integer(0, count_limit);
    if (objects != objects_ || devices != devices_) {
        from.error(
            fmt::format("says another number of lines than there are, {} objects and {} devices: some are "
                        "lost or added; export it again",
                        objects_, devices_));
    }
    leave_notes();
}

void bundle_reader::leave_notes() {
    if (unknown_lines_ != 0) {
        builder_.note(fmt::format("lines of a kind that is not known here, left out: {}", unknown_lines_));
    }
    if (without_hardware_ != 0) {
        builder_.note(fmt::format("devices without hardware, which was damaged where they come from: {}",
                                  without_hardware_));
    }
}

} // namespace

imported_fleet read_bundle(const std::filesystem::path& file, findings& found) {
    return bundle_reader{file, found}.read();
}

} // namespace edgeconf::fleet
