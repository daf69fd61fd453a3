#include "check/opened_library.hpp"

#include "check/activity.hpp"
#include "check/provider_call.hpp"
#include "check/stand_in_host.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>

namespace edgeconf::check {
namespace {

// What the provider said in entry, where lines have no instance.
std::string said_in_entry() {
    std::string all;
    for (const auto& line : stand_in_host::get().lines())
        if (line.ctx == 0 && line.level >= ECP_LOG_ERROR) all += (all.empty() ? "" : "; ") + line.text;
    return all.empty() ? "it gives no reason" : all;
}

} // namespace

opened_library open_library(trial& in) {
    const activity here{"dlopen"};
    opened_library made;
    made.handle = ::dlopen(in.about().library.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (made.handle == nullptr) in.give_up("it cannot be loaded: {}", ::dlerror());
    made.entry = reinterpret_cast<entry_function>(::dlsym(made.handle, "ecp_provider_entry_v1"));
    if (made.entry == nullptr)
        in.give_up(
            "it exports no ecp_provider_entry_v1: it is no provider, or its linker script hides the symbol");
    return made;
}

const ecp_provider* ask_entry(trial& in, const ecp_host* host) {
    const auto library = open_library(in);
    const activity here{"ecp_provider_entry_v1"};
    return call_provider(library.entry, host);
}

ecp_provider table_of(trial& in, const ecp_host* host) {
    const auto* given = ask_entry(in, host == nullptr ? stand_in_host::get().table() : host);
    if (given == nullptr) in.give_up("its entry refuses this host: {}", said_in_entry());
    ecp_provider table{};
    std::memcpy(&table, given, std::min<std::size_t>(given->struct_size, sizeof table));
    return table;
}

} // namespace edgeconf::check
