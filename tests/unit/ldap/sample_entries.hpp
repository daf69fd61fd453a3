// Entries, and what is told of them, for tests.
#pragma once

#include "ldap/entry.hpp"
#include "ldap/session.hpp"
#include "ldap/settings.hpp"

#include "fleet/device_record.hpp"
#include "fleet/shared_store.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace edgeconf::ldap {

using attribute_list = std::vector<std::pair<std::string, std::vector<std::string>>>;

entry_id id_number(std::uint32_t number);

// With the id of this number.
entry numbered(std::uint32_t number, const std::string& dn, attribute_list attributes);

// A device below ou=devices,ou=edge,dc=example,dc=com that was let in, with further attributes.
entry device_entry_of(std::uint32_t number, const std::string& id, attribute_list more = {});

// As the server would have it after the request, which adds.
entry added(std::uint32_t number, const write_request& request);

// Known, in plant-1, with labels, a spec and a request.
fleet::device_record sample_device(const std::string& id, std::uint32_t number);

// Of what is below ou=edge,dc=example,dc=com.
settings sample_settings();
// With an inventory whose devices have `serialNumber`, in plant-1, with `l` as the label site.
settings settings_with_inventory();

// What the model is told, as texts in order: "a given known", "a all known", "-a", "!a".
class told_news final : public fleet::news_visitor, public fleet::store_visitor {
public:
    std::uint32_t device(const fleet::stored_device& now, fleet::device_part part) override;
    void gone(std::string_view id) override { told.push_back("-" + std::string{id}); }
    void refused(std::string_view id) override { told.push_back("!" + std::string{id}); }

    void happened(const fleet::event&) override {}
    void manifests(const fleet::manifest_file&) override {}
    void object(const fleet::stored_object&) override {}
    void device(const fleet::stored_device& now) override { (void)device(now, fleet::device_part::all); }

    std::vector<std::string> take() { return std::exchange(told, {}); }

    std::vector<std::string> told;
    fleet::device_record last; // of what was told last
    std::uint32_t next_number = 1000;
};

} // namespace edgeconf::ldap
