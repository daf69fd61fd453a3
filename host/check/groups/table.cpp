#include "check/groups/groups.hpp"

#include "check/activity.hpp"
#include "check/instance.hpp"
#include "check/opened_library.hpp"
#include "check/prepared_options.hpp"
#include "check/provider_call.hpp"
#include "check/received.hpp"
#include "check/stand_in_host.hpp"
#include "check/trial.hpp"
#include "provider/options.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <regex>

namespace edgeconf::check {
namespace {

// Reads nothing but the size.
void size(trial& in) {
    const auto* given = ask_entry(in, stand_in_host::get().table());
    if (given == nullptr) in.skip("the entry refuses this host: load.entry tells");
    constexpr auto least = offsetof(ecp_provider, get_playbooks) + sizeof(given->get_playbooks);
    if (given->struct_size < least)
        in.fail("struct_size is {}, and the first ecp_provider had {} bytes: set it to sizeof(ecp_provider)",
                given->struct_size, least);
}

void complete(trial& in) {
    const auto table = table_of(in);
    if (table.create == nullptr) in.fail("create is NULL");
    if (table.start == nullptr) in.fail("start is NULL");
    if (table.stop == nullptr) in.fail("stop is NULL");
    if (table.destroy == nullptr) in.fail("destroy is NULL");
}

void minor(trial& in) {
    const auto given = table_of(in).abi_minor;
    if (given != ECP_ABI_MINOR)
        in.fail("abi_minor is {}: it was built for provider ABI {}.{}, and this is {}.{}. Set it to "
                "ECP_ABI_MINOR and build it with this edgeconf's ecp/provider.h",
                given, ECP_ABI_MAJOR, given, ECP_ABI_MAJOR, ECP_ABI_MINOR);
}

constexpr std::size_t longest_name = 255; // what fits into a line of a log

void judge_name(trial& in, std::string_view member, const char* text) {
    if (text == nullptr) {
        in.fail("{} is NULL", member);
    } else if (const std::string_view name{text}; name.empty()) {
        in.fail("{} is empty", member);
    } else if (name.size() > longest_name) {
        in.fail("{} has {} bytes: {} are enough for a name", member, name.size(), longest_name);
    } else if (!is_utf8(name)) {
        in.fail("{} is not UTF-8", member);
    } else if (std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
        in.fail("{} has control characters", member);
    }
}

void names(trial& in) {
    const auto table = table_of(in);
    judge_name(in, "id", table.id);
    judge_name(in, "version", table.version);
    judge_name(in, "vendor", table.vendor);
    static const std::regex reverse_dns{"[A-Za-z0-9][A-Za-z0-9-]*([.][A-Za-z0-9][A-Za-z0-9-]*)+"};
    if (!in.has_failed() && !std::regex_match(table.id, reverse_dns))
        in.fail("id is \"{}\", which is no reverse DNS name: \"com.example.inventory\"", table.id);
}

void dispatch(trial& in) {
    const auto table = table_of(in);
    if (table.dispatch != ECP_DISPATCH_BLOCKING && table.dispatch != ECP_DISPATCH_NONBLOCKING)
        in.fail("dispatch is {}, and there are ECP_DISPATCH_BLOCKING ({}) and ECP_DISPATCH_NONBLOCKING ({})",
                table.dispatch, int{ECP_DISPATCH_BLOCKING}, int{ECP_DISPATCH_NONBLOCKING});
    if (const auto unknown = table.flags & ~std::uint32_t{ECP_PROVIDER_EXCLUSIVE}; unknown != 0)
        in.fail("flags has {:#x}, which means nothing", unknown);
    if (table.reserved0 != 0) in.fail("reserved0 is {}, and zero is due", table.reserved0);
    if ((table.flags & ECP_PROVIDER_EXCLUSIVE) != 0 && table.reconfigure == nullptr)
        in.note("it is EXCLUSIVE and has no reconfigure: new options take a restart of the host");
}

void schema(trial& in) {
    const auto table = table_of(in);
    if (table.config_schema == nullptr) in.skip("it declares no schema of its options (config_schema)");
    if (const auto fault = provider::fault_of_schema(table.config_schema); !fault.empty())
        in.fail("config_schema {}", fault);
}

const void* ask_extension(const instance& of, const std::string& id) {
    const activity here{"get_extension of " + id};
    return call_provider(of.table().get_extension, of.self(), id.c_str());
}

void judge_resources(trial& in, const void* table) {
    std::uint32_t given = 0;
    std::memcpy(&given, table, sizeof given);
    constexpr auto least = offsetof(ecp_ext_resources, watch) + sizeof(ecp_ext_resources::watch);
    if (given < least)
        in.give_up("struct_size of the table of {} is {}, and the first one had {} bytes: set it to "
                   "sizeof(ecp_ext_resources)",
                   ECP_EXT_RESOURCES, given, least);
    const auto* kinds = static_cast<const ecp_ext_resources*>(table)->kinds;
    boost::system::error_code ec;
    if (kinds != nullptr) boost::json::parse(kinds, ec);
    if (ec) in.fail("kinds of {} is no JSON: {}", ECP_EXT_RESOURCES, ec.message());
}

void extensions(trial& in) {
    instance one{in};
    if (one.table().get_extension == nullptr) in.skip("it has no extensions (get_extension is NULL)");
    one.run();
    const std::string known{ECP_EXT_RESOURCES};
    for (const auto& id : {std::string{}, std::string{"ecp.no-such-extension/1"}, known + "x", known + "0",
                           known + "/1", known + " ", known.substr(0, known.size() - 1)})
        if (ask_extension(one, id) != nullptr)
            in.fail("get_extension answers \"{}\" with a table, and NULL is due", id);
    const auto* table = ask_extension(one, known);
    if (ask_extension(one, known) != table) in.fail("get_extension answers \"{}\" with two tables", known);
    if (table != nullptr) judge_resources(in, table);
}

constexpr std::string_view table_section = "ecp/provider.h, ecp_provider";

const std::array all{
    check{"table.size",
          "The table says its own size, and has all that the first one had.",
          "A host reads what struct_size covers, and refuses a table that lacks what every one has.",
          "ecp/provider.h, \"Growth\"",
          &size,
          {"load.entry"}},
    check{"table.minor",
          "The table is of the ABI's version that this edgeconf speaks.",
          "Until 1.0 is released a host takes no other.",
          "docs/provider-abi.md, \"What is promised\"",
          &minor,
          {"table.size"}},
    check{"table.complete",
          "create, start, stop and destroy are there.",
          "A host refuses a table without them.",
          table_section,
          &complete,
          {"table.size"}},
    check{"table.names",
          "id is a reverse DNS name, and version and vendor are texts.",
          "A host refuses a table without them; logs and metrics tell providers apart by them.",
          table_section,
          &names,
          {"table.size"}},
    check{"table.dispatch",
          "dispatch and flags have values that there are, and reserved members are zero.",
          "What means nothing today may mean something to the next host.",
          table_section,
          &dispatch,
          {"table.size"}},
    check{"table.schema",
          "The schema of the options is a JSON schema that the host's validator can use.",
          "With another one no options fit, and the host does not start.",
          table_section,
          &schema,
          {"table.size"}},
    check{"table.extensions",
          "get_extension knows its ids exactly, and answers the same each time.",
          "An id with something behind it is another extension: its table has other functions.",
          "docs/provider-abi.md, \"Extensions\"",
          &extensions,
          {"life.stops"}},
};

} // namespace

std::span<const check> table_checks() { return all; }

} // namespace edgeconf::check
