#include "check/administration.hpp"

#include "check/device_talk.hpp"

#include <algorithm>
#include <set>

namespace edgeconf::check {
namespace {

constexpr std::size_t longest_token = 1024; // ecp/provider.h
constexpr std::size_t most_pages = 10'000;
constexpr std::size_t most_bytes = 256U << 20; // of an export of what checks have enrolled

// A text that ends in a NUL, as every one of the host's does.
ecp_str borrow(const std::string& s) { return {s.c_str(), s.size()}; }

ecp_resource_request nothing_but(const std::string& verb) {
    static const std::string empty;
    ecp_resource_request made{};
    for (auto* text : {&made.kind, &made.ns, &made.name, &made.subresource, &made.revision, &made.body,
                       &made.label_selector, &made.field_selector, &made.page_token})
        *text = borrow(empty);
    static const std::string who{"edgeconf-provider-check"};
    made.principal = borrow(who);
    made.verb = borrow(verb);
    return made;
}

bool has_words(const answer& given) {
    return !given.message.empty() || std::any_of(given.details.begin(), given.details.end(),
                                                 [](const auto& d) { return !d.second.empty(); });
}

} // namespace

administration::administration(trial& in, instance& of) : in_{in}, of_{of}, functions_{of.resources()} {
    if (functions_.struct_size == 0)
        in.skip("the provider does not have the extension {}", ECP_EXT_RESOURCES);
    if (functions_.invoke == nullptr) in.skip("its {} has no invoke", ECP_EXT_RESOURCES);
}

answer administration::invoke(std::string_view verb, std::string_view page_token, std::string_view body) {
    const std::string verb_text{verb};
    const std::string token_text{page_token};
    const std::string body_text{body};
    auto request = nothing_but(verb_text);
    request.page_token = borrow(token_text);
    request.body = borrow(body_text);
    return of_.administer(functions_.invoke, fmt::format("invoke of the verb \"{}\"", verb), request);
}

answer administration::want(std::string_view verb, std::string_view page_token, std::string_view body) {
    auto given = invoke(verb, page_token, body);
    if (given.status == ECP_UNIMPLEMENTED || given.status == ECP_UNAVAILABLE || given.status == ECP_BUSY)
        in_.skip("{} is answered {}", verb, said(given));
    return given;
}

std::string administration::export_all() {
    std::string whole;
    std::set<std::string> tokens;
    for (std::string next;;) {
        auto page = want("export", next);
        if (page.status != ECP_OK)
            in_.give_up("export of the page \"{}\" is answered {}, though its token has come with the page "
                        "before",
                        next, said(page));
        whole += page.body;
        if (whole.size() > most_bytes) in_.give_up("export has no end: {} bytes have come", whole.size());
        next = std::move(page.revision);
        if (next.empty()) return whole;
        if (next.size() > longest_token)
            in_.give_up("export gives a token of {} bytes: a host takes {}", next.size(), longest_token);
        if (!tokens.insert(next).second)
            in_.give_up("export gives the token \"{}\" twice: it has no end", next);
        if (tokens.size() > most_pages) in_.give_up("export has no end: {} pages have come", most_pages);
    }
}

answer administration::import(std::string_view text) {
    std::string token;
    for (std::size_t at = 0; at < text.size();) {
        const auto length = std::min<std::size_t>(text.size() - at, 1 + in_.below(64 << 10));
        const auto given = want("import", token, text.substr(at, length));
        if (given.status != ECP_OK) return given;
        if (token.empty() && given.revision.empty())
            in_.give_up("import is answered OK to its first bytes, without a token for those that follow");
        if (given.revision.size() > longest_token)
            in_.give_up("import gives a token of {} bytes: a host takes {}", given.revision.size(),
                        longest_token);
        if (token.empty()) token = given.revision;
        at += length;
    }
    return want("import", token);
}

void administration::expect_refusal(std::string_view what, const answer& given) {
    if (given.status == ECP_OK)
        in_.fail("{} is answered OK", what);
    else if (given.status == ECP_INVALID && given.details.empty())
        in_.fail("{} is answered INVALID without details", what);
    else if (given.status != ECP_UNIMPLEMENTED && !has_words(given))
        in_.fail("{} is answered {} without a word: neither a message nor details", what,
                 name_of(given.status));
}

} // namespace edgeconf::check
