#include "ldap/ldap_provider.hpp"

#include "ldap/directory.hpp"
#include "ldap/read_settings.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <memory>
#include <string>

namespace edgeconf::ldap {

namespace {

namespace json = boost::json;
using fleet::option_problem;
using fleet::provider_settings;

// What only a restart changes, as a text to compare: all that is the directory's.
std::string identity_of(std::string_view options) {
    const auto all = json::parse(options).as_object();
    json::object made;
    for (const auto* const name :
         {"urls", "start-tls", "ca-file", "certificate", "key", "bind", "allow-cleartext", "base",
          "connect-timeout", "operation-timeout", "write-timeout", "follow", "heartbeats",
          "heartbeat-interval", "mapping"}) {
        if (const auto* value = all.if_contains(name)) made.emplace(name, *value);
    }
    return json::serialize(made);
}

boost::system::result<provider_settings, option_problem> read(std::string_view options) {
    settings chosen;
    auto shared =
        fleet::read_options(options, [&](fleet::option_reader& from) { chosen = read_settings(from); });
    if (!shared) return shared.error();
    const bool inventory_decides = chosen.mapping && !chosen.mapping->approval_attribute.empty();
    if (inventory_decides && shared->fleet.admission.may_admit()) {
        return option_problem{"/approval", "has to be manual where mapping.approval says who is approved"};
    }
    provider_settings made;
    made.fleet = *std::move(shared);
    made.commits.durability = fleet::durability::batched;
    made.ignores_heartbeats = chosen.heartbeats == heartbeats::ignore;
    made.store = identity_of(options);
    return made;
}

std::unique_ptr<fleet::store> make_directory(std::string_view options) {
    settings chosen;
    (void)fleet::read_options(options, [&](fleet::option_reader& from) { chosen = read_settings(from); });
    return std::make_unique<directory>(std::move(chosen));
}

} // namespace

fleet::provider_kind provider_kind() { return {&read, &make_directory}; }

} // namespace edgeconf::ldap
