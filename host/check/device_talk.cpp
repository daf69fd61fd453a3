#include "check/device_talk.hpp"

#include "check/samples.hpp"

#include <algorithm>
#include <utility>

namespace edgeconf::check {
namespace {

std::string body_of(operation op, std::string_view id) {
    switch (op) {
    case operation::enrol: return enrolment_body();
    case operation::put_registration: return registration_body(id);
    case operation::put_heartbeat: return heartbeat_body();
    default: return {};
    }
}

std::string names(std::initializer_list<ecp_status> all) {
    std::string made;
    for (const auto status : all) made += (made.empty() ? "" : " or ") + name_of(status);
    return made;
}

} // namespace

std::string said(const answer& given) {
    return given.message.empty() ? name_of(given.status)
                                 : fmt::format("{} (\"{}\")", name_of(given.status), given.message);
}

std::string shown(std::string_view id) {
    constexpr std::size_t most = 100;
    constexpr std::size_t end = 10;
    if (id.size() <= most) return std::string{id};
    return fmt::format("{}...{} ({} bytes)", id.substr(0, most - end), id.substr(id.size() - end), id.size());
}

device_talk::device_talk(trial& in, instance& of, std::string id, std::string ns)
    : in_{in}, of_{of}, id_{std::move(id)}, ns_{std::move(ns)} {}

answer device_talk::ask(operation op) { return ask(op, body_of(op, id_)); }

answer device_talk::ask(operation op, std::string body) {
    device_request request;
    request.op = op;
    request.device_id = id_;
    request.ns = ns_;
    request.body = std::move(body);
    auto given = of_.call(std::move(request));
    if (given.status == ECP_UNAVAILABLE || given.status == ECP_BUSY)
        in_.skip("{} of {} is answered {}: it cannot tell", name(op), shown(id_), said(given));
    return given;
}

bool device_talk::judge(operation op, const answer& given, std::initializer_list<ecp_status> due,
                        std::string_view why) {
    if (given.status == ECP_UNIMPLEMENTED) return false;
    if (std::find(due.begin(), due.end(), given.status) != due.end()) return true;
    in_.fail("{} of {} is answered {} and not {}: {}", name(op), shown(id_), said(given), names(due), why);
    return false;
}

answer device_talk::expect(operation op, std::initializer_list<ecp_status> due, std::string_view why) {
    auto given = ask(op);
    judge(op, given, due, why);
    return given;
}

bool device_talk::is_let_in() {
    if (ask(operation::enrol).status == ECP_OK) return true;
    return ask(operation::enrol).status == ECP_OK;
}

void device_talk::need(std::initializer_list<operation> calls) {
    for (const auto op : calls)
        if (!of_.has(op)) in_.skip("the provider has no {}", name(op));
}

} // namespace edgeconf::check
