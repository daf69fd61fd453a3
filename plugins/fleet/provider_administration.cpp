// What administrators ask of a provider: held removals accepted, the fleet exported, another one imported.
#include "fleet/provider.hpp"

#include "fleet/bundle.hpp"
#include "fleet/read_import.hpp"
#include "fleet/store_answers.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr std::size_t page_bytes = 1u << 20;
constexpr std::size_t most_skipped = 1000; // reasons that are told one by one

// A device or object that was not taken over, by its name.
void skip(json::array& skipped, std::string_view name, std::string_view why) {
    if (skipped.size() < most_skipped) skipped.emplace_back(fmt::format("{}: {}", name, why));
}

// The administrator knows nothing of the file in which the upload was gathered.
std::string as_sent(std::string text, const std::filesystem::path& file) {
    const auto name = file.string() + ":";
    return text.starts_with(name) ? "line " + text.substr(name.size()) : text;
}

} // namespace

const void* provider::get_extension(std::string_view id) {
    static constexpr auto table = ecp::resources<provider>("[]");
    return id == ECP_EXT_RESOURCES ? &table : nullptr;
}

void provider::invoke(const ecp_resource_request& request, ecp_op op) {
    if (is_absent(op)) return;
    const auto verb = ecp::view(request.verb);
    const auto run = [&](auto task) {
        reader_.post([this, op, task] { ecp::detail::guarded(host_, op, task); });
    };
    if (verb == "accept-removals") return run([this, op] { accept_removals(op); });
    if (verb != "export" && verb != "import") return host_.complete(op, ecp::reply{ECP_UNIMPLEMENTED});
    if (!store_) {
        return host_.complete(
            op,
            ecp::reply{ECP_UNIMPLEMENTED, "this provider keeps nothing that could be exported or imported"});
    }
    const auto token = ecp::view(request.page_token); // the request stays as it is until `op` is completed
    const auto body = ecp::view(request.body);
    if (verb == "export") return run([this, op, token] { export_page(token, op); });
    run([this, op, token, body] { import_part(token, body, op); });
}

// ---- the manifests' reader's ----

void provider::accept_removals(ecp_op op) {
    read_manifests(std::nullopt, op, true, [this, op](const manifest_reading& read) {
        const auto departed = accept_departures();
        if (!departed) {
            return host_.complete(op, ecp::reply{ECP_PRECONDITION,
                                                 "more devices are gone from the store than was told before: "
                                                 "look again, and accept it once more if that is meant"});
        }
        const auto put = read.changes.put.size();
        const auto removed = read.changes.removed.size() + *departed;
        host_.log(ECP_LOG_WARN,
                  fmt::format("removals were accepted: {} objects new or changed, {} gone", put, removed));
        const auto body = json::serialize(json::object{{"put", put}, {"removed", removed}});
        host_.complete(op, store_down_ ? taken_over_only() : ecp::reply{ECP_OK}.body(body));
    });
}

void provider::export_page(std::string_view from, ecp_op op) {
    try {
        const auto page = make_bundle_page(from, page_bytes, model_->now(), *store_, model_->codec());
        host_.complete(op, ecp::reply{ECP_OK}.body(page.text).revision(page.next));
    } catch (const std::invalid_argument&) {
        host_.complete(op, ecp::reply{ECP_NOT_FOUND, "no such page"});
    } catch (const store_problem& problem) {
        host_.complete(op, ecp::reply{ECP_UNAVAILABLE, problem.what()});
    }
}

void provider::import_part(std::string_view token, std::string_view bytes, ecp_op op) {
    if (!upload_) upload_.emplace(store_->upload_file());
    try {
        const auto used = token.empty() ? upload_->begin() : std::string{token};
        if (!upload_->is(used)) {
            return host_.complete(
                op, ecp::reply{ECP_NOT_FOUND,
                               "no such upload: another one has begun since, or it took too long"});
        }
        if (token.empty() || !bytes.empty()) {
            upload_->append(bytes);
            return host_.complete(op, ecp::reply{ECP_OK}.revision(used));
        }
    } catch (const std::system_error& problem) {
        upload_->end();
        return host_.complete(op, ecp::reply{ECP_UNAVAILABLE, problem.what()});
    }
    findings judged;
    auto fleet = read_import(upload_->file(), judged);
    upload_->end();
    if (judged.failed()) {
        ecp::reply refusal{ECP_INVALID, "it cannot be imported; nothing has changed"};
        const auto all = judged.all();
        std::vector<std::string> words; // the reply borrows them
        for (const auto& each : all) {
            if (each.level == severity::error) words.push_back(as_sent(each.text, upload_->file()));
        }
        for (const auto& each : words) refusal.detail("", each);
        return host_.complete(op, refusal);
    }
    import_fleet(std::move(fleet), op);
}

// In one change, so that it is stored as a whole or not at all. Should anything stop it halfway, what is in
// memory is neither: it is given up, and a restart finds what was there before.
void provider::import_fleet(imported_fleet fleet, ecp_op op) {
    if (store_down_) {
        return host_.complete(op, ecp::reply{ECP_UNAVAILABLE, "the store cannot be written at the moment"});
    }
    auto skipped = std::make_shared<json::array>();
    for (const auto& each : fleet.notes) skipped->emplace_back(each);
    auto given = desired_.give(std::move(fleet.objects));
    for (const auto& key : given.hidden) skip(*skipped, to_string(key), "it is here already");
    const auto objects = given.objects.size();
    write(op, [this, op, skipped, objects, given = std::move(given), fleet = std::move(fleet)]() mutable {
        std::size_t devices = 0;
        try {
            for (auto& each : given.objects) unsaved_objects_.push_back(std::move(each));
            model_->apply(given.changes);
            devices = adopt(fleet, *skipped);
        } catch (const std::exception& problem) {
            give_up(
                fmt::format("an import has failed halfway, and nothing of it is kept: {}", problem.what()));
            throw;
        }
        when_idle(op, [this, op, skipped, objects, devices] {
            host_.log(ECP_LOG_INFO, fmt::format("imported {} devices and {} objects", devices, objects));
            if (store_down_) return host_.complete(op, taken_over_only());
            const auto body = json::serialize(
                json::object{{"devices", devices}, {"objects", objects}, {"skipped", *skipped}});
            host_.complete(op, ecp::reply{ECP_OK}.body(body));
        });
    });
}

// Returns how many.
std::size_t provider::adopt(const imported_fleet& fleet, json::array& skipped) {
    std::size_t taken = 0;
    for (const auto& each : fleet.devices) {
        const auto why_not = model_->adopt(each);
        if (why_not.empty()) {
            ++taken;
        } else {
            skip(skipped, each.id, why_not);
        }
    }
    return taken;
}

} // namespace edgeconf::fleet
