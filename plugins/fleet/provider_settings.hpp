// What a provider with the fleet model is told by its options.
#pragma once

#include "fleet/commit_settings.hpp"
#include "fleet/device_record.hpp"
#include "fleet/option_reader.hpp"
#include "fleet/options.hpp"
#include "fleet/store.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace edgeconf::fleet {

struct provider_settings {
    options fleet;
    bool watches = false; // the manifests are read again when they change
    commit_settings commits;
    bool ignores_heartbeats = false; // they are answered, and that is all
    std::string store;               // where and how it is kept; another text takes a restart
};

// How one provider differs from the others.
struct provider_kind {
    std::function<boost::system::result<provider_settings, option_problem>(std::string_view options)> read;
    // Made, and not opened yet. Null for one that keeps nothing.
    std::function<std::unique_ptr<store>(std::string_view options)> make_store;
    clock_source now = [] { return std::chrono::system_clock::now(); };
};

} // namespace edgeconf::fleet
