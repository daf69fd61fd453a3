// The administration extension of an instance, as administrators use it.
#pragma once

#include "check/instance.hpp"
#include "check/trial.hpp"

#include <string>
#include <string_view>

namespace edgeconf::check {

class administration {
public:
    // Skips the check where the provider does not have the extension, or no `invoke` in it.
    administration(trial& in, instance& of);

    // The texts are there until the answer has come.
    answer invoke(std::string_view verb, std::string_view page_token = {}, std::string_view body = {});
    // The same; skips the check where the answer is UNIMPLEMENTED, or UNAVAILABLE or BUSY.
    answer want(std::string_view verb, std::string_view page_token = {}, std::string_view body = {});

    // All pages; gives the check up where they do not come to an end, or one is refused.
    std::string export_all();
    // `text` in pieces of random lengths. The answer to the end, or to the first piece that is refused.
    answer import(std::string_view text);

    // A fault where `given` is OK, or has no words for the administrator, or is INVALID without details.
    void expect_refusal(std::string_view what, const answer& given);

private:
    trial& in_;
    instance& of_;
    ecp_ext_resources functions_;
};

} // namespace edgeconf::check
