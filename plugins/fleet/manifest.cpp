#include "fleet/manifest.hpp"

#include "fleet/field.hpp"
#include "fleet/finding.hpp"
#include "fleet/identity.hpp"
#include "fleet/manifest_cache.hpp"
#include "fleet/name_syntax.hpp"
#include "fleet/yaml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr std::string_view flotta_api = "management.project-flotta.io/v1alpha1";

struct known_kind {
    std::string_view api;
    std::string_view kind;
    std::optional<object_kind> means; // nothing: accepted and passed over
};

constexpr std::array<known_kind, 10> known_kinds{{
    {flotta_api, "EdgeDevice", object_kind::edge_device},
    {flotta_api, "EdgeDeviceSignedRequest", object_kind::signed_request},
    {flotta_api, "EdgeDeviceSet", object_kind::edge_device_set},
    {flotta_api, "EdgeWorkload", object_kind::edge_workload},
    {flotta_api, "EdgeConfig", object_kind::edge_config},
    {flotta_api, "PlaybookExecution", object_kind::playbook_execution},
    {"v1", "ConfigMap", object_kind::config_map},
    {"v1", "Secret", object_kind::secret},
    {"v1", "Namespace", std::nullopt},
    {"v1", "Event", std::nullopt},
}};

constexpr std::string_view key_rule = "is no valid key: 1 to 63 of A-Z a-z 0-9 - _ . with a letter or digit "
                                      "at both ends, after a DNS name and a "
                                      "slash or not";

string_map read_labels(const field& map) {
    string_map read;
    for (const auto& [key, member] : map.members()) {
        if (!is_label_key(key)) member.error(key_rule);
        if (!member.present()) continue;
        auto text = member.text();
        if (text && !is_label_value(*text)) {
            member.error(
                "is no valid value: at most 63 of A-Z a-z 0-9 - _ . with a letter or digit at both ends");
        } else if (text) {
            read.emplace(key, *std::move(text));
        }
    }
    return read;
}

// Their keys are like those of labels, but the DNS name may have capital letters.
string_map read_annotations(const field& map) {
    string_map read;
    for (const auto& [key, member] : map.members()) {
        std::string small{key};
        std::transform(small.begin(), small.end(), small.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (!is_label_key(small)) member.error(key_rule);
        if (!member.present()) continue;
        if (auto text = member.text()) read.emplace(key, *std::move(text));
    }
    return read;
}

// Devices pick their own ids, so what is named after one is freer than a cluster would allow (R19).
bool is_named_after_device(object_kind kind) {
    return kind == object_kind::edge_device || kind == object_kind::signed_request ||
           kind == object_kind::playbook_execution;
}

// Takes the documents of one file apart.
class file_reader {
public:
    file_reader(std::shared_ptr<const std::string> file, findings& found, const manifest_sink& take)
        : file_{std::move(file)}, found_{found}, take_{take} {}

    void read(std::string_view text) {
        auto yaml = read_yaml(text);
        for (const auto& problem : yaml.problems) {
            found_.error(fmt::format("{}:{}: {}", *file_, problem.line, problem.text));
        }
        for (auto& document : yaml.documents) read(std::move(document.root), std::move(document.lines));
    }

    bool recall(const cached_manifest& remembered) {
        auto root = from_text(remembered.text);
        if (!root) return false;
        std::vector<std::uint32_t> lines(count_values(*root), remembered.line);
        return object({object_kind::edge_device, {}, {}, {}, *std::move(root), std::move(lines), file_});
    }

private:
    void read(json::value root, std::vector<std::uint32_t> lines);
    bool object(manifest made);
    void list(const manifest& owner);
    const known_kind* kind_of(const field& root, std::string_view api, std::string_view kind) const;
    bool name(manifest& made, const field& root) const;

    std::shared_ptr<const std::string> file_;
    findings& found_;
    const manifest_sink& take_;
};

// A list or a single object.
void file_reader::read(json::value root, std::vector<std::uint32_t> lines) {
    manifest made{object_kind::edge_device, {}, {}, {}, std::move(root), std::move(lines), file_};
    const field whole{made, made.root, found_};
    if (made.root.is_object() && whole["items"].present()) {
        const auto kind = whole["kind"].text();
        if (kind && kind->ends_with("List") && whole["apiVersion"].text()) return list(made);
    }
    object(std::move(made));
}

bool file_reader::object(manifest made) {
    const field whole{made, made.root, found_};
    if (!made.root.is_object()) {
        whole.error("is no manifest: a manifest is a map with apiVersion, kind and metadata");
        return false;
    }
    const auto api = whole["apiVersion"].text();
    const auto kind = whole["kind"].text();
    if (!api || !kind) {
        if (!whole["apiVersion"].present()) whole["apiVersion"].error("is missing");
        if (!whole["kind"].present()) whole["kind"].error("is missing");
        return false;
    }
    const auto* known = kind_of(whole, *api, *kind);
    if (known == nullptr || !known->means) return false;
    made.kind = *known->means;
    if (!name(made, whole)) return false;
    take_(std::move(made));
    return true;
}

void file_reader::list(const manifest& owner) {
    const field items = field{owner, owner.root, found_}["items"];
    if (!items.value()->is_array()) return items.error("has to be a list");
    // Lines are in depth-first order, so those of an item are one run.
    std::size_t at = 1;
    for (const auto& member : owner.root.get_object()) {
        if (&member.value() == items.value()) break;
        at += count_values(member.value());
    }
    ++at;
    for (const auto& item : items.value()->get_array()) {
        const auto size = count_values(item);
        const auto first = owner.lines.begin() + static_cast<std::ptrdiff_t>(at);
        read(item, {first, first + static_cast<std::ptrdiff_t>(size)});
        at += size;
    }
}

const known_kind* file_reader::kind_of(const field& root, std::string_view api, std::string_view kind) const {
    const known_kind* same_name = nullptr;
    for (const auto& each : known_kinds) {
        if (each.kind != kind) continue;
        if (each.api == api) return &each;
        same_name = &each;
    }
    if (same_name != nullptr) {
        root["apiVersion"].error(fmt::format("is {}, but {} is served as {}", api, kind, same_name->api));
    } else {
        root["kind"].error(fmt::format(
            "{} ({}) is not a kind that belongs to a fleet; move it out of the manifests", kind, api));
    }
    return nullptr;
}

bool file_reader::name(manifest& made, const field& root) const {
    const field metadata = root["metadata"];
    const auto name = metadata["name"].text();
    if (!name) {
        if (!metadata["name"].present()) metadata["name"].error("is missing");
        return false;
    }
    if (is_named_after_device(made.kind) ? !is_device_id(*name) : !is_object_name(*name)) {
        metadata["name"].error(is_named_after_device(made.kind)
                                   ? "has to be 1 to 253 of A-Z a-z 0-9 . _ : - and neither . nor .."
                                   : "has to be 1 to 253 of a-z 0-9 - . with a letter or digit at both ends "
                                     "and around each dot");
        return false;
    }
    const auto ns = metadata["namespace"].text().value_or("default");
    if (!is_namespace(ns)) {
        metadata["namespace"].error("has to be a DNS label: 1 to 63 of a-z 0-9 -, beginning and ending with "
                                    "a letter or digit");
        return false;
    }
    made.name = {ns, *name};
    metadata.expect_members({"annotations", "clusterName", "creationTimestamp", "deletionGracePeriodSeconds",
                             "deletionTimestamp", "finalizers", "generateName", "generation", "labels",
                             "managedFields", "name", "namespace", "ownerReferences", "resourceVersion",
                             "selfLink", "uid"});
    made.labels = read_labels(metadata["labels"]);
    made.annotations = read_annotations(metadata["annotations"]);
    return true;
}

} // namespace

void read_manifests(const std::shared_ptr<const std::string>& file, std::string_view text, findings& found,
                    const manifest_sink& take) {
    file_reader{file, found, take}.read(text);
}

bool recall_manifest(const std::shared_ptr<const std::string>& file, const cached_manifest& remembered,
                     findings& found, const manifest_sink& take) {
    return file_reader{file, found, take}.recall(remembered);
}

} // namespace edgeconf::fleet
