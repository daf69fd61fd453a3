// The extension ecp.resources, as an instance has it.
#pragma once

#include "model/administration.hpp"

#include <ecp/provider.h>

#include <chrono>
#include <memory>

namespace edgeconf::provider {

// What the instance `self` offers, with NULL for what its table does not reach to; all NULL where the
// extension is missing. [any-thread]
ecp_ext_resources resources_of(const ecp_provider& table, void* self);

// An administrator's call as the provider sees it: `request` borrows from `asked` and has to stay, with
// it, until the operation is completed.
struct resource_call {
    resource_call(administration_call from, std::chrono::steady_clock::time_point deadline);
    resource_call(const resource_call&) = delete;
    resource_call& operator=(const resource_call&) = delete;

    const administration_call asked;
    ecp_resource_request request{};
};

} // namespace edgeconf::provider
