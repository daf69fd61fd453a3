#include "ldap/exporter.hpp"

#include "ldap/device_form.hpp"
#include "ldap/schema_names.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace edgeconf::ldap {

namespace {

// Devices in a page of the server's.
constexpr std::size_t page_size = 200;

} // namespace

std::string exporter::page(std::string_view from, const std::vector<fleet::manifest_file>& objects,
                           fleet::store_visitor& to, const std::function<bool()>& enough) {
    if (from.empty()) {
        begin();
    } else if (from != token_) {
        throw std::invalid_argument{"no such page"};
    }
    if (!std::exchange(objects_done_, true)) {
        for (const auto& each : objects) to.manifests(each);
        if (enough()) return next();
    }
    const search_request devices{
        settings_.base, true,
        fmt::format("(|(objectClass={})(objectClass={}))", names::device, names::device_state),
        device_attribute_names()};
    do {
        session_->search_page(devices, page_size, cookie_, [&](entry&& each) { hand_over(each, to); });
    } while (!cookie_.empty() && !enough());
    if (!cookie_.empty()) return next();
    token_.clear();
    session_.reset();
    return {};
}

void exporter::begin() {
    token_.clear();
    cookie_.clear();
    objects_done_ = false;
    inventory_.reset();
    session_.emplace(settings_.connection);
    if (settings_.mapping) read_inventory();
}

void exporter::read_inventory() {
    inventory_.emplace(*settings_.mapping);
    auto part = inventory_->part();
    part.attributes.emplace_back("entryUUID");
    session_->search({part.base, true, part.filter, part.attributes}, settings_.follow.page_size,
                     [&](entry&& each) {
                         try {
                             (void)inventory_->put(each.id(), inventory_->read(each));
                         } catch (const unusable_entry&) {
                             return; // health says so all the time
                         }
                     });
}

void exporter::hand_over(const entry& from, fleet::store_visitor& to) {
    try {
        const std::string id{from.value(names::device_id)};
        const auto told = told_of(from);
        const auto* mapped = inventory_ ? inventory_->find(id) : nullptr;
        const auto membership =
            membership_of(given_document(mapped != nullptr ? *mapped : given_of(from)), told);
        fleet::stored_device device;
        device.id = id;
        device.membership = membership;
        device.status = told.status;
        device.hardware = told.hardware;
        device.heard = told.heard;
        to.device(device);
    } catch (const unusable_entry&) {
        return;
    }
}

std::string exporter::next() {
    token_ = fmt::format("{}", ++pages_);
    return token_;
}

} // namespace edgeconf::ldap
