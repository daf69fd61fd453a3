#include "check/groups/groups.hpp"

#include "check/activity.hpp"
#include "check/instance.hpp"
#include "check/opened_library.hpp"
#include "check/readings.hpp"
#include "check/samples.hpp"
#include "check/stand_in_host.hpp"
#include "check/trial.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace edgeconf::check {
namespace {

constexpr std::string_view growth_section = "ecp/provider.h, \"Growth\"";

// Of ecp_host in released versions: today's alone until there is one.
constexpr std::array host_sizes{sizeof(ecp_host)};

constexpr std::uint32_t newer_bytes = 4096; // of members that today's header does not know

// The table of a host whose ecp_host has so many bytes; what follows cannot be read.
const ecp_host* host_at_a_wall(std::size_t size) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    auto* memory = ::mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::system_error{errno, std::system_category(), "mmap"};
    auto* wall = static_cast<std::byte*>(memory) + page;
    ecp_host made = *stand_in_host::get().table();
    made.struct_size = static_cast<std::uint32_t>(size);
    std::memcpy(wall - size, &made, size);
    ::mprotect(memory, page, PROT_READ);
    ::mprotect(wall, page, PROT_NONE);
    return reinterpret_cast<const ecp_host*>(wall - size);
}

[[noreturn]] void ECP_CALL function_of_tomorrow() noexcept {
    constexpr std::string_view message{"it called a member of ecp_host that its own header does not have\n"};
    static_cast<void>(!::write(STDERR_FILENO, message.data(), message.size()));
    std::abort();
}

struct newer_host {
    ecp_host known;
    std::array<void(ECP_CALL*)() noexcept, newer_bytes / sizeof(void*)> more;
};

const ecp_host* host_of_tomorrow() {
    static const newer_host made = [] {
        newer_host host{*stand_in_host::get().table(), {}};
        host.known.struct_size = sizeof host;
        host.known.abi_minor = ECP_ABI_MINOR + 1;
        host.more.fill(&function_of_tomorrow);
        return host;
    }();
    return &made.known;
}

// Whether the provider takes this host. If it does not, it has to say why.
bool takes(trial& in, const ecp_host* host) {
    if (ask_entry(in, host) != nullptr) return true;
    const auto lines = stand_in_host::get().lines();
    const auto reason = std::find_if(lines.begin(), lines.end(), [](const log_line& line) {
        return line.ctx == 0 && line.level == ECP_LOG_ERROR;
    });
    if (reason == lines.end())
        in.fail("its entry refuses a host with an ecp_host of {} bytes, and logs no reason",
                host->struct_size);
    else
        in.note("its entry refuses a host with an ecp_host of {} bytes: {}", host->struct_size, reason->text);
    return false;
}

// A whole life with that host.
void live(trial& in, const ecp_host* host) {
    if (!takes(in, host)) return;
    instance one{in, fmt::format("the instance for an ecp_host of {} bytes", host->struct_size), host};
    one.run();
    for (const auto& request : requests_of(in, one)) one.call(request);
    one.stop();
    one.destroy();
}

void older_host(trial& in) {
    for (const auto size : host_sizes) live(in, host_at_a_wall(size));
}

void newer_host_check(trial& in) { live(in, host_of_tomorrow()); }

bool is_same(const answer& a, const answer& b) { return a.status == b.status && a.body == b.body; }

// Changed requests are answered as unchanged ones, which are made twice before and once afterwards: where
// those differ, the answers change by themselves.
template <class Change>
void expect_same_answers(trial& in, std::string_view what, Change&& change) {
    instance one{in};
    one.run();
    for (const auto& plain : requests_of(in, one)) {
        auto changed = plain;
        change(changed);
        const auto first = one.call(plain);
        const auto before = one.call(plain);
        const auto now = one.call(changed);
        const auto after = one.call(plain);
        const bool changes_by_itself = !is_same(first, before) || !is_same(before, after);
        if (is_same(now, before) || changes_by_itself || says_nothing(now) || says_nothing(before)) continue;
        const bool other_body = now.status == before.status;
        in.fail("{} of {} {} is answered {}{}, and {} without", edgeconf::name(plain.op), plain.device_id,
                what, name_of(now.status), other_body ? " with another body" : "", name_of(before.status));
    }
}

// An export is read and goes on no further: nothing changes by it.
void ask_for_export(trial& in) {
    instance one{in};
    one.run();
    const auto invoke = one.resources().invoke;
    if (invoke == nullptr) return;
    struct {
        ecp_resource_request known{};
        std::array<unsigned char, newer_bytes> more;
    } request;
    request.more.fill(0xa5);
    const ecp_str none{"", 0};
    auto& known = request.known;
    known.struct_size = sizeof request;
    for (auto* member :
         {&known.kind, &known.ns, &known.name, &known.subresource, &known.revision, &known.body,
          &known.label_selector, &known.field_selector, &known.page_token, &known.principal})
        *member = none;
    known.verb = {"export", 6};
    const auto op = stand_in_host::get().open(one.token(), "invoke export");
    {
        const activity here{"invoke export"};
        invoke(one.self(), &known, op);
    }
    one.wait(op);
}

void newer_request(trial& in) {
    expect_same_answers(in, fmt::format("with {} more bytes in ecp_request", newer_bytes),
                        [](device_request& request) { request.more_bytes = newer_bytes; });
    ask_for_export(in);
}

void flags(trial& in) {
    expect_same_answers(in, "with unknown flags",
                        [](device_request& request) { request.flags = 0xffff'ffff; });
}

const std::array all{
    check{"time-machine.older-host",
          "It works with every host since its ABI's first, or refuses it with a reason, and reads no more of "
          "ecp_host than that one has.",
          "What lies behind an older host's table is no function: to call it ends the process.",
          growth_section,
          &older_host,
          {"completion.once"}},
    check{"time-machine.newer-host",
          "It works with a host that has more members and a higher version, or refuses it with a reason.",
          "The host is updated before its providers: without it the fleet is not served from then on.",
          growth_section,
          &newer_host_check,
          {"completion.once"}},
    check{"time-machine.newer-request",
          "It answers requests that have more members as it answers others.",
          "The host is updated before its providers. A copy by the request's struct_size writes over what "
          "lies behind it.",
          growth_section,
          &newer_request,
          {"completion.once"}},
    check{"time-machine.flags",
          "It ignores request flags that it does not know.",
          "A newer host may set them and expects nothing of a provider that is older.",
          "ecp/provider.h, ecp_request",
          &flags,
          {"completion.once"}},
};

} // namespace

std::span<const check> time_machine_checks() { return all; }

} // namespace edgeconf::check
