#include "support/catch.hpp"

#include "provider/status.hpp"

#include <limits>

using namespace edgeconf;
using namespace edgeconf::provider;

namespace {

const auto every_operation = {operation::enrol,
                              operation::get_registration,
                              operation::put_registration,
                              operation::get_configuration,
                              operation::put_heartbeat,
                              operation::get_playbooks};

} // namespace

TEST_CASE("status: OK is success in every call", "[provider][status]") {
    for (const auto op : every_operation) CHECK(success_of(op, ECP_OK) == outcome::ok);
}

TEST_CASE("status: CREATED belongs to enrol and REMOVED to get_registration", "[provider][status]") {
    for (const auto op : every_operation) {
        INFO(name(op));
        CHECK(success_of(op, ECP_CREATED).has_value() == (op == operation::enrol));
        CHECK(success_of(op, ECP_REMOVED).has_value() == (op == operation::get_registration));
    }
    CHECK(success_of(operation::enrol, ECP_CREATED) == outcome::created);
    CHECK(success_of(operation::get_registration, ECP_REMOVED) == outcome::removed);
}

TEST_CASE("status: nothing else is a success", "[provider][status]") {
    for (const auto op : every_operation)
        for (ecp_status status = -3; status < 100; ++status)
            if (status != ECP_OK && status != ECP_CREATED && status != ECP_REMOVED)
                CHECK_FALSE(success_of(op, status).has_value());
}

TEST_CASE("status: each failure has its own meaning", "[provider][status]") {
    const auto [status, meaning] = GENERATE(table<ecp_status, errc>({
        {ECP_CANCELLED, errc::cancelled},
        {ECP_INVALID, errc::invalid},
        {ECP_NOT_FOUND, errc::not_found},
        {ECP_EXISTS, errc::exists},
        {ECP_CONFLICT, errc::conflict},
        {ECP_DENIED, errc::denied},
        {ECP_UNAUTHENTICATED, errc::unauthenticated},
        {ECP_DEADLINE, errc::deadline},
        {ECP_BUSY, errc::busy},
        {ECP_UNAVAILABLE, errc::unavailable},
        {ECP_UNIMPLEMENTED, errc::unimplemented},
        {ECP_PRECONDITION, errc::precondition},
        {ECP_CORRUPT, errc::corrupt},
        {ECP_INTERNAL, errc::internal},
        // a success of another call, and statuses that do not exist
        {ECP_CREATED, errc::internal},
        {ECP_REMOVED, errc::internal},
        {ECP_REMOVED + 1, errc::internal},
        {-1, errc::internal},
        {std::numeric_limits<ecp_status>::max(), errc::internal},
        {std::numeric_limits<ecp_status>::min(), errc::internal},
    }));
    INFO(status);
    CHECK(failure_of(status) == meaning);
}
