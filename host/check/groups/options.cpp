#include "check/groups/groups.hpp"

#include "check/activity.hpp"
#include "check/instance.hpp"
#include "check/opened_library.hpp"
#include "check/option_variants.hpp"
#include "check/prepared_options.hpp"
#include "check/process_state.hpp"
#include "check/readings.hpp"
#include "check/received.hpp"
#include "check/samples.hpp"
#include "check/stand_in_host.hpp"
#include "check/trial.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

namespace edgeconf::check {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::string_view options_section = "ecp/provider.h, validate and create";

// So that a relative path among the options leads nowhere else.
class inside_scratch {
public:
    explicit inside_scratch(const trial& in) : before_{fs::current_path()} { fs::current_path(in.scratch()); }
    ~inside_scratch() {
        std::error_code ignored;
        fs::current_path(before_, ignored);
    }
    inside_scratch(const inside_scratch&) = delete;
    inside_scratch& operator=(const inside_scratch&) = delete;

private:
    fs::path before_;
};

void need_validate(trial& in, const ecp_provider& table) {
    if (table.validate == nullptr) in.skip("it has no validate");
}

json::object given_options(trial& in, const ecp_provider& table) {
    return json::parse(prepared_options(in, table)).as_object();
}

std::vector<option_variant> variants(trial& in, const ecp_provider& table) {
    return option_variants(in, table, given_options(in, table));
}

// What is made is destroyed at once, without having been started.
judgement create_and_destroy(trial& in, std::string_view options) {
    instance one{in};
    one.abandon();
    auto made = one.create(options);
    if (made.status == ECP_OK) one.destroy();
    return made;
}

struct judged_variant {
    std::string_view function; // "validate", "create"
    const option_variant& options;
    judgement made;
};

// Both functions' words on every variant.
template <class Judge>
void judge_everything(trial& in, Judge&& judge) {
    const inside_scratch here{in};
    const auto table = table_of(in);
    for (const auto& v : variants(in, table)) {
        const activity what{"options " + v.what};
        if (table.validate != nullptr) judge(judged_variant{"validate", v, validate_options(table, v.text)});
        judge(judged_variant{"create", v, create_and_destroy(in, v.text)});
    }
}

void accepted(trial& in) {
    const auto table = table_of(in);
    need_validate(in, table);
    const auto made = validate_options(table, prepared_options(in, table));
    if (made.status != ECP_OK) in.fail("validate answers {} to the given options", name_of(made.status));
    for (const auto& f : made.findings)
        if (f.level >= ECP_LOG_ERROR) in.fail("validate finds \"{}\": {}", f.pointer, f.message);
}

void hostile(trial& in) {
    judge_everything(in, [](const judged_variant&) {}); // it came back
}

void verdict_check(trial& in) {
    judge_everything(in, [&in](const judged_variant& j) {
        const auto status = j.made.status;
        if (j.function == "validate" && status != ECP_OK && status != ECP_INVALID)
            in.fail("{} of options {} answers {}: OK and INVALID are due", j.function, j.options.what,
                    name_of(status));
        if (status == ECP_INVALID && !j.made.has_error())
            in.fail("{} of options {} answers INVALID, and tells no error", j.function, j.options.what);
        if (status == ECP_OK && j.made.has_error())
            in.fail("{} of options {} answers OK, and tells an error: {}", j.function, j.options.what,
                    j.made.findings.front().message);
    });
}

bool is_json_pointer(std::string_view text) {
    if (!text.empty() && text.front() != '/') return false;
    for (std::size_t at = 0; (at = text.find('~', at)) != std::string_view::npos; ++at)
        if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) return false;
    return true;
}

// It is there, or missing where there could be one.
bool leads_somewhere(const json::value& options, std::string pointer) {
    for (bool whole = true;; whole = false) {
        boost::system::error_code ec;
        if (const auto* found = options.find_pointer(pointer, ec)) return whole || found->is_structured();
        if (pointer.empty()) return false;
        pointer.resize(pointer.rfind('/'));
    }
}

void places(trial& in) {
    judge_everything(in, [&in](const judged_variant& j) {
        boost::system::error_code ec;
        const auto options = json::parse(j.options.text, ec);
        for (const auto& f : j.made.findings) {
            const auto begin = fmt::format("{} of options {} tells of \"{}\"", j.function, j.options.what,
                                           f.pointer.substr(0, 100));
            if (!is_utf8(f.pointer) || !is_json_pointer(f.pointer))
                in.fail("{}, which is no JSON Pointer: \"\" for the whole, \"/name\" for a member", begin);
            else if (!ec && !leads_somewhere(options, f.pointer))
                in.fail("{}, a place that these options cannot have", begin);
            if (f.message.empty()) in.fail("{}, and says nothing", begin);
            if (!is_utf8(f.message)) in.fail("{}, and what it says is not UTF-8", begin);
            if (f.level < ECP_LOG_TRACE || f.level > ECP_LOG_ERROR)
                in.fail("{}, at the level {}, which there is not", begin, f.level);
        }
    });
}

// BUSY and the like: another time it may go.
bool says_nothing_of_options(ecp_status status) {
    return status == ECP_BUSY || status == ECP_UNAVAILABLE || status == ECP_DEADLINE ||
           status == ECP_CANCELLED;
}

std::string first_error(const judgement& made) {
    for (const auto& f : made.findings)
        if (f.level >= ECP_LOG_ERROR) return fmt::format(" (\"{}\": {})", f.pointer, f.message);
    return {};
}

// Whether an instance comes to serve with them; of those that validate refuses also what start says, for it
// may judge what only start reads. `words`: the last answer.
bool comes_to_serve(instance& one, const option_variant& v, bool is_accepted, std::string& words) {
    const auto made = one.create(v.text);
    words = fmt::format("create {}{}", name_of(made.status), first_error(made));
    if (made.status != ECP_OK) return says_nothing_of_options(made.status) && is_accepted;
    bool serves = true;
    if (!is_accepted) {
        const auto began = one.start();
        serves = began.status == ECP_OK;
        words = fmt::format("create and start {}", name_of(began.status));
        if (serves) one.stop();
    }
    one.destroy();
    return serves;
}

void agrees(trial& in) {
    const inside_scratch here{in};
    const auto table = table_of(in);
    need_validate(in, table);
    for (const auto& v : variants(in, table)) {
        if (!v.is_fair) continue;
        const activity what{"options " + v.what};
        const auto told = validate_options(table, v.text);
        const bool is_accepted = told.status == ECP_OK;
        std::string words;
        instance one{in};
        one.abandon();
        if (comes_to_serve(one, v, is_accepted, words) != is_accepted)
            in.fail("to options {} validate answers {}{}, and {}", v.what, name_of(told.status),
                    first_error(told), words);
    }
}

// Every file below the check's folder, with its size and when it was written to.
std::map<std::string, std::pair<std::uintmax_t, fs::file_time_type>> files_in(const fs::path& folder) {
    std::map<std::string, std::pair<std::uintmax_t, fs::file_time_type>> found;
    for (const auto& entry : fs::recursive_directory_iterator{folder})
        found[entry.path().string()] = {entry.is_regular_file() ? entry.file_size() : 0,
                                        entry.last_write_time()};
    return found;
}

bool says_the_same(const judgement& a, const judgement& b) {
    return a.status == b.status &&
           std::equal(a.findings.begin(), a.findings.end(), b.findings.begin(), b.findings.end(),
                      [](const option_finding& x, const option_finding& y) {
                          return x.level == y.level && x.pointer == y.pointer && x.message == y.message;
                      });
}

// What the first call finds and keeps (a certificate store, a pool of threads) is no trace of an instance:
// what comes with each further one is.
void pure(trial& in) {
    const inside_scratch here{in};
    const auto table = table_of(in);
    need_validate(in, table);
    const auto options = prepared_options(in, table);
    const auto files = files_in(in.scratch());
    const auto first = validate_options(table, options);
    if (files_in(in.scratch()) != files) in.fail("validate writes files");
    const auto before = look_at_process();
    for (int i = 0; i < 3; ++i)
        if (!says_the_same(validate_options(table, options), first))
            in.give_up("validate says something else when it is asked again");
    for (const auto& change : differences(before, look_at_process()))
        in.fail("by validate alone, {}", change);
}

// A host judges new options while an instance has the old ones.
void beside_instance(trial& in) {
    const inside_scratch here{in};
    instance one{in};
    need_validate(in, one.table());
    one.run();
    const auto before = read_all(one, known_and_unknown(in, one));
    for (const auto& v : variants(in, one.table())) {
        if (!v.is_fair) continue;
        validate_options(one.table(), v.text);
        for (const auto& was : before)
            compare(in, was, one.call(was.request), "after validate of options " + v.what);
        if (in.has_failed()) return;
    }
}

// Whether `text` holds one of the secrets.
void expect_no_secret(trial& in, const std::vector<option_secret>& secrets, std::string_view text,
                      std::string_view where) {
    for (const auto& s : secrets)
        if (text.find(s.value) != std::string_view::npos)
            in.fail("{} holds the value of {}", where, s.pointer);
}

void expect_discreet(trial& in, const std::vector<option_secret>& secrets, const answer& given,
                     std::string_view of) {
    expect_no_secret(in, secrets, given.message, fmt::format("the message of {}", of));
    expect_no_secret(in, secrets, given.body, fmt::format("the body of {}", of));
    for (const auto& [key, value] : given.details)
        expect_no_secret(in, secrets, key + value, fmt::format("a detail of {}", of));
}

void expect_discreet(trial& in, const std::vector<option_secret>& secrets, const judgement& made,
                     std::string_view of) {
    for (const auto& f : made.findings)
        expect_no_secret(in, secrets, f.pointer + f.message, fmt::format("a finding of {}", of));
}

void live_with(trial& in, const std::vector<option_secret>& secrets, const std::string& options) {
    instance one{in};
    const auto made = one.create(options);
    expect_discreet(in, secrets, made, "create");
    if (made.status != ECP_OK) return;
    const auto began = one.start();
    expect_discreet(in, secrets, began, "start");
    expect_no_secret(in, secrets, stand_in_host::get().health(one.token()).reason,
                     "the reason of its health");
    if (began.status != ECP_OK) {
        one.abandon();
        one.destroy();
        return;
    }
    for (const auto& request : one_of_each(unknown_device(in)))
        if (one.has(request.op)) expect_discreet(in, secrets, one.call(request), name(request.op));
    expect_discreet(in, secrets, one.stop(), "stop");
    expect_no_secret(in, secrets, stand_in_host::get().health(one.token()).reason,
                     "the reason of its health");
    one.destroy();
}

void secrets(trial& in) {
    const inside_scratch here{in};
    const auto table = table_of(in);
    auto options = given_options(in, table);
    const auto secrets = put_secrets(in, table, options);
    if (secrets.empty())
        in.skip("no option is a secret by its schema (\"writeOnly\": true, \"format\": \"password\") or its "
                "name");
    live_with(in, secrets, json::serialize(options));
    for (const auto& v : option_variants(in, table, options)) {
        if (table.validate != nullptr)
            expect_discreet(in, secrets, validate_options(table, v.text), "validate of options " + v.what);
        expect_discreet(in, secrets, create_and_destroy(in, v.text), "create of options " + v.what);
    }
    for (const auto& line : stand_in_host::get().lines())
        for (const auto& s : secrets)
            if (line.text.find(s.value) != std::string::npos)
                in.give_up("a log line at level {} holds the value of {}", line.level, s.pointer);
}

const std::array all{
    check{"options.accepted",
          "validate accepts the given options.",
          "A host asks it before create and for `edgeconf check-config`, and goes no further.",
          options_section,
          &accepted,
          {"table.complete", "table.schema"},
          std::chrono::seconds{10}},
    check{"options.hostile",
          "Whatever the options are, validate and create return.",
          "What a person has mistyped, or a tool has cut off, ends in a message and not in a crash.",
          options_section,
          &hostile,
          {"options.accepted", "life.stops", "life.destroy-unstarted"}},
    check{"options.verdict",
          "validate answers OK or INVALID, and INVALID comes with an error that says why.",
          "An operator who is told nothing cannot mend it.",
          options_section,
          &verdict_check,
          {"options.hostile"}},
    check{"options.places",
          "Every finding has a text, and a JSON Pointer to where it is.",
          "The host shows both: /approval leads an operator to the line, a name in prose does not.",
          "ecp/provider.h, ecp_diag_fn",
          &places,
          {"options.hostile"}},
    check{"options.agrees",
          "create takes what validate accepts, and what it refuses never comes to serve.",
          "An operator who has tried options out relies on the word: a host that then ends at its start is "
          "missed by a whole fleet.",
          options_section,
          &agrees,
          {"options.verdict"}},
    check{"options.pure",
          "validate leaves nothing behind, and says the same each time.",
          "A host asks it while an instance is serving, and `edgeconf check-config` beside a running host.",
          options_section,
          &pure,
          {"options.accepted"}},
    check{"options.beside-instance",
          "validate does not touch the instance that is serving.",
          "An operator who tries options out must not change what devices get.",
          options_section,
          &beside_instance,
          {"options.hostile", "completion.once"}},
    check{"options.secrets",
          "What is secret in the options is in no log line, finding or answer.",
          "Logs are kept, sent on, and read by more people than the configuration.",
          "ecp/provider.h, ecp_result",
          &secrets,
          {"options.hostile", "completion.once"}},
};

} // namespace

std::span<const check> options_checks() { return all; }

} // namespace edgeconf::check
