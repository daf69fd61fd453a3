#include "fleet/admission_options.hpp"

#include "fleet/encoding.hpp"
#include "fleet/hardware.hpp"
#include "fleet/list_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace edgeconf::fleet {

namespace {

constexpr std::size_t rule_limit = 256; // a decision may look at each
constexpr std::size_t most_devices = 10'000'000;
constexpr std::string_view serial_number = "system_vendor.serial_number";

// hardware-info's texts that say what kind of device it is.
constexpr std::array<std::string_view, 7> hardware_fields{
    "hostname",       "boot.current_boot_mode",     "cpu.architecture",
    "cpu.model_name", "system_vendor.manufacturer", "system_vendor.product_name",
    serial_number,
};

std::optional<name_set> read_namespaces(option_reader& from, std::string_view key) {
    std::vector<std::string> names;
    from.read_texts(key, names);
    for (const auto& each : names) {
        if (!is_namespace(each)) {
            from.problem(key, "has to name namespaces: 1 to 63 of a-z 0-9 -, a letter or digit at both ends");
            break;
        }
    }
    if (!from.has(key)) return std::nullopt;
    return name_set{std::make_move_iterator(names.begin()), std::make_move_iterator(names.end())};
}

// What `key` lists and the file that `key`-file names; nothing if neither is given. `fits` judges each entry,
// and `expected` says what one is.
std::optional<std::vector<std::string>> read_list(option_reader& from, const std::string& key,
                                                  bool (*fits)(std::string_view), std::string_view expected) {
    const auto file_key = key + "-file";
    if (!from.has(key) && !from.has(file_key)) return std::nullopt;
    std::vector<std::string> all;
    from.read_texts(key, all);
    if (!std::all_of(all.begin(), all.end(), fits)) from.problem(key, fmt::format("each is {}", expected));
    std::string file;
    from.read_text(file_key, file);
    if (file.empty()) return all;
    auto entries = read_list_file(file);
    if (!entries) {
        from.problem(file_key, entries.error());
        return all;
    }
    for (auto& entry : *entries) {
        if (!fits(entry.text)) {
            from.problem(file_key, fmt::format("{}:{}: a line is {}; a comment begins with #", file,
                                               entry.line, expected));
            break;
        }
        all.push_back(std::move(entry.text));
    }
    return all;
}

hardware_condition condition_of(std::string_view field, const std::vector<std::string>& texts) {
    hardware_condition made{std::string{field}, {}};
    for (const auto& each : texts) made.values.insert(comparable_text(each));
    return made;
}

void read_hardware(option_reader& from, std::vector<hardware_condition>& conditions) {
    for (const auto& field : from.keys()) {
        if (std::find(hardware_fields.begin(), hardware_fields.end(), field) == hardware_fields.end()) {
            from.problem(
                field, fmt::format("is no text of hardware; there are {}", fmt::join(hardware_fields, ", ")));
            continue;
        }
        std::vector<std::string> texts;
        from.read_texts(field, texts);
        if (!texts.empty()) conditions.push_back(condition_of(field, texts));
    }
}

admission_rule read_rule(option_reader& from) {
    admission_rule rule;
    rule.name = from.pointer();
    rule.namespaces = read_namespaces(from, "namespaces");
    if (auto ids = read_list(
            from, "ids", [](std::string_view id) { return is_device_id(id); },
            "a device's id: 1 to 253 of A-Z a-z 0-9 . _ : -")) {
        rule.ids.emplace(std::make_move_iterator(ids->begin()), std::make_move_iterator(ids->end()));
    }
    if (const auto serials = read_list(
            from, "serial-numbers", [](std::string_view text) { return text.size() <= 256 && is_utf8(text); },
            "a serial number: at most 256 bytes of UTF-8")) {
        rule.hardware.push_back(condition_of(serial_number, *serials));
    }
    if (auto hardware = from.read_object("hardware")) read_hardware(*hardware, rule.hardware);
    if (!rule.namespaces && !rule.ids && rule.hardware.empty()) {
        from.problem("", "has no condition and would apply to every device; to let all in, write "
                         "'approval: automatic'");
    }
    from.read_choice("action", rule.action, {{"approve", verdict::admit}, {"deny", verdict::refuse}});
    from.read_text("set", rule.target_set);
    if (rule.target_set != normalised_label(rule.target_set)) {
        from.problem("set", "has to name an EdgeDeviceSet: at most 63 of a-z 0-9 - . _");
    } else if (rule.action == verdict::refuse && !rule.target_set.empty()) {
        from.problem("set", "has no meaning with 'action: deny'");
    }
    return rule;
}

} // namespace

admission_settings read_admission(option_reader& from) {
    admission_settings read;
    from.read_choice("approval", read.approval,
                     {{"manual", approval_mode::manual},
                      {"automatic", approval_mode::automatic},
                      {"rules", approval_mode::rules}});
    read.allowed_namespaces = read_namespaces(from, "allowed-namespaces");
    from.read_count("automatic-limit", read.automatic_limit, 0, most_devices);
    if (from.has("approval-rules") && read.approval != approval_mode::rules) {
        from.problem("approval-rules", "takes 'approval: rules'");
    }
    auto rules = from.read_objects("approval-rules");
    if (read.approval == approval_mode::rules && rules.empty()) {
        from.problem("approval-rules", "has to have a rule; without any, write 'approval: manual'");
    }
    if (rules.size() > rule_limit) {
        from.problem("approval-rules",
                     fmt::format("has more than {} rules; one rule may list any number of ids", rule_limit));
        return read;
    }
    for (auto& each : rules) read.rules.push_back(read_rule(each));
    return read;
}

} // namespace edgeconf::fleet
