#include "check/groups/groups.hpp"

#include "check/administration.hpp"
#include "check/device_talk.hpp"
#include "check/instance.hpp"
#include "check/prepared_options.hpp"
#include "check/readings.hpp"
#include "check/samples.hpp"
#include "check/trial.hpp"

#include <boost/json/parse.hpp>

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace edgeconf::check {
namespace {

namespace json = boost::json;

constexpr std::string_view extension_section = "ecp/provider.h, \"extension: administration\"";

// Devices that have enrolled and registered; the check is skipped where none is let in.
std::vector<std::string> populate(trial& in, instance& of) {
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i) {
        device_talk device{in, of, made_up_device(in)};
        if (!device.is_let_in()) in.skip("no enrolment is approved at once");
        device.ask(operation::put_registration);
        device.ask(operation::put_heartbeat);
        ids.push_back(device.id());
    }
    return ids;
}

// What came of JSON text; nothing where it is none.
std::optional<json::value> parsed(std::string_view text) {
    boost::system::error_code ec;
    auto made = json::parse({text.data(), text.size()}, ec);
    return ec ? std::nullopt : std::optional{std::move(made)};
}

void expect_counts(trial& in, std::string_view verb, const answer& given,
                   std::initializer_list<json::string_view> counts) {
    const auto body = parsed(given.body);
    for (const auto member : counts) {
        const auto* count = body && body->is_object() ? body->get_object().if_contains(member) : nullptr;
        if (count != nullptr && (count->is_uint64() || (count->is_int64() && count->get_int64() >= 0)))
            continue;
        in.fail("{} is answered OK with the body {}: due is a number as \"{}\"", verb,
                given.body.empty() ? "of no bytes" : given.body.substr(0, 200),
                std::string_view{member.data(), member.size()});
    }
}

void verbs(trial& in) {
    instance one{in};
    one.run();
    administration desk{in, one};
    for (const auto* verb : {"check-what-is-no-verb", "", "Export", "export "})
        desk.expect_refusal(fmt::format("the verb \"{}\", which there is not,", verb), desk.invoke(verb));
}

void accept_removals(trial& in) {
    instance one{in};
    one.run();
    administration desk{in, one};
    const auto given = desk.want("accept-removals");
    if (given.status == ECP_OK)
        expect_counts(in, "accept-removals", given, {"put", "removed"});
    else
        desk.expect_refusal("accept-removals", given);
}

void exports(trial& in) {
    instance one{in};
    one.run();
    administration desk{in, one};
    const auto ids = populate(in, one);
    const auto whole = desk.export_all();
    std::size_t number = 0;
    for (std::size_t at = 0, end = 0; at < whole.size(); at = end + 1) {
        ++number;
        end = whole.find('\n', at);
        if (end == std::string::npos) in.give_up("the last line of the export does not end");
        const auto line = parsed({whole.data() + at, end - at});
        if (!line || !line->is_object())
            in.give_up("line {} of the export is no JSON object: {}", number,
                       whole.substr(at, std::min<std::size_t>(end - at, 200)));
    }
    for (const auto& id : ids)
        if (whole.find("\"" + id + "\"") == std::string::npos)
            in.fail("the export does not name {}, which has enrolled and registered", id);
}

// Page by page, so that the host can stream it.
void pages(trial& in) {
    instance one{in};
    one.run();
    administration desk{in, one};
    populate(in, one);
    std::string next;
    do {
        const auto page = desk.want("export", next);
        if (page.status != ECP_OK) in.give_up("export is answered {}", said(page));
        if (!page.body.empty() && page.body.back() != '\n')
            in.fail("{} of the export ends in the middle of a line",
                    next.empty() ? "the first page" : fmt::format("the page \"{}\"", next));
        next = page.revision;
    } while (!next.empty() && !in.has_failed());
    const auto strange = desk.want("export", "\x01 check: no such page");
    desk.expect_refusal("export from a page that never was", strange);
}

// An instance that has nothing in common with the first: a new one with another folder.
class another_place {
public:
    explicit another_place(trial& in) : instance_{in, "the other instance"} {
        const auto folder = in.scratch() / "another";
        std::filesystem::create_directory(folder);
        const auto made = instance_.create(prepared_options(in, instance_.table(), folder));
        if (made.status != ECP_OK) in.give_up("create of another instance answers {}", name_of(made.status));
        if (const auto began = instance_.start(); began.status != ECP_OK)
            in.give_up("start of another instance is completed with {}", said(began));
    }
    instance& get() noexcept { return instance_; }

private:
    instance instance_;
};

struct exported {
    std::vector<std::string> ids;
    std::vector<answer> registrations;
    std::vector<answer> configurations;
    std::string text;
};

exported export_fleet(trial& in) {
    exported made;
    instance one{in};
    one.run();
    administration desk{in, one};
    made.ids = populate(in, one);
    for (const auto& id : made.ids) {
        made.registrations.push_back(one.call(operation::get_registration, id));
        made.configurations.push_back(one.call(operation::get_configuration, id));
    }
    made.text = desk.export_all();
    one.stop();
    one.destroy();
    return made;
}

void imports(trial& in) {
    const auto from = export_fleet(in);
    another_place place{in};
    auto& other = place.get();
    administration desk{in, other};
    const auto given = desk.import(from.text);
    if (given.status != ECP_OK) in.give_up("the import of what was exported is answered {}", said(given));
    expect_counts(in, "import", given, {"devices", "objects"});
    const auto body = parsed(given.body);
    const auto* left_out = body && body->is_object() ? body->get_object().if_contains("skipped") : nullptr;
    if (left_out == nullptr || !left_out->is_array())
        in.fail("import is answered OK with the body {}: due is a list as \"skipped\"",
                given.body.substr(0, 200));
    for (std::size_t i = 0; i < from.ids.size() && !in.has_failed(); ++i) {
        const auto judge = [&](operation op, const answer& before) {
            const auto now = other.call(op, from.ids[i]);
            if (says_nothing(before) || says_nothing(now)) return;
            if (now.status != before.status)
                in.fail("{} of {} is answered {} where it was exported and {} where it was imported",
                        name(op), from.ids[i], said(before), said(now));
            else if (now.body != before.body)
                in.fail("{} of {} has another body where it was imported than where it was exported",
                        name(op), from.ids[i]);
        };
        judge(operation::get_registration, from.registrations[i]);
        judge(operation::get_configuration, from.configurations[i]);
    }
}

void refused_imports(trial& in) {
    const auto from = export_fleet(in);
    another_place place{in};
    auto& other = place.get();
    administration desk{in, other};
    const bool is_new = other.call(operation::get_registration, from.ids.front()).status == ECP_NOT_FOUND;
    const struct {
        std::string_view what;
        std::string text;
    } all[]{
        {"the import of a text that is no bundle", "this is no bundle\n"},
        {"the import of bytes that are no text", std::string{"\x00\xff\xfe{\x01\n", 6}},
        {"the import of an export that breaks off in the middle of a line",
         from.text.substr(0, from.text.size() - 3)},
        {"the import of an export with a line that is no JSON", from.text + "{\"device\": \n"},
        {"the import of deeply nested brackets", std::string(100'000, '[') + "\n"},
    };
    for (const auto& [what, text] : all) {
        desk.expect_refusal(what, desk.import(text));
        if (!is_new) continue;
        for (const auto& id : from.ids)
            if (other.call(operation::get_registration, id).status == ECP_OK)
                in.give_up("{} was not refused as a whole: {} is known now", what, id);
    }
}

void uploads(trial& in) {
    instance one{in};
    one.run();
    administration desk{in, one};
    const auto begun = desk.want("import", "", "{");
    if (begun.status != ECP_OK) in.give_up("the first bytes of an import are answered {}", said(begun));
    for (const std::string_view body : {"more", ""}) {
        const auto given = desk.invoke("import", "check: no such upload", body);
        if (given.status != ECP_NOT_FOUND)
            in.fail(
                "import with the token of an upload that never was, and {}, is answered {} and not NOT_FOUND",
                body.empty() ? "no bytes" : "some bytes", said(given));
    }
    // Administrators go away in the middle; the next one has to get through.
    for (int i = 0; i < 100; ++i)
        if (const auto next = desk.invoke("import", "", "{"); next.status != ECP_OK || next.revision.empty())
            in.give_up("after {} imports that never came to their end, another one is answered {}{}", i + 1,
                       said(next), next.status == ECP_OK ? " without a token" : "");
}

const std::array all{
    check{"resources.verbs",
          "A verb that there is not is refused.",
          "An administrator who asks for something newer would be told that it was done.",
          extension_section,
          &verbs,
          {"completion.text"}},
    check{"resources.accept-removals",
          "accept-removals says how much has changed, or why nothing has.",
          "An administrator accepts that half of the fleet goes: the answer is all that there is to see.",
          extension_section,
          &accept_removals,
          {"completion.text"}},
    check{"resources.export",
          "An export comes to its end, is lines of JSON objects, and names every device that is known.",
          "What is not in an export is lost when its fleet is moved.",
          extension_section,
          &exports,
          {"domain.own-writes"}},
    check{"resources.pages",
          "A page of an export ends with a line, and one that never was is refused.",
          "The host passes pages on as they come; one that begins anew would be a fleet twice over.",
          extension_section,
          &pages,
          {"resources.export"}},
    check{"resources.import",
          "What was exported can be imported, and its devices are what they were.",
          "A device that is lost in a move is a stranger to the next host, and keeps what it runs for ever.",
          extension_section,
          &imports,
          {"resources.pages"}},
    check{"resources.refused-import",
          "What is no bundle, or half of one, is refused with words, and nothing has changed.",
          "Half a fleet that was taken over looks like a whole one.",
          extension_section,
          &refused_imports,
          {"resources.import"}},
    check{
        "resources.uploads",
        "An upload that never was is NOT_FOUND, and one that was left alone is in nobody's way.",
        "An administrator's connection breaks in the middle of an upload; the next one would wait for ever.",
        extension_section,
        &uploads,
        {"completion.text"}},
};

} // namespace

std::span<const check> resources_checks() { return all; }

} // namespace edgeconf::check
