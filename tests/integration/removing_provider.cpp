// A provider whose store says that every device was removed, except those whose id begins with
// "good-": they are registered. Takes new options only by another instance.
#include <ecp/provider.hpp>

namespace {

class removing {
public:
    removing(ecp::host host, std::string_view options, ecp::diagnostics& found) : host_{host} {
        if (options.find("refuse") != std::string_view::npos) found.error("/mood", "this mood is not taken");
        host_.log(ECP_LOG_INFO, "an instance was made", {{"options", options}});
        questions_ = host_.metric(ECP_METRIC_COUNTER, "questions", "Registrations that were asked for");
        host_.metric(ECP_METRIC_COUNTER, "no good\nname 1", "");
    }

    void start(ecp_op op) { host_.complete(op, ecp::reply{ECP_OK}); }
    void stop(ecp_op op) {
        host_.log(ECP_LOG_INFO, "an instance stops");
        host_.complete(op, ecp::reply{ECP_OK});
    }

    void get_registration(const ecp_request& request, ecp_op op) {
        host_.record(questions_, 1);
        host_.log(ECP_LOG_DEBUG, "asked", {}, op);
        if (ecp::view(request.device_id).starts_with("good-"))
            host_.complete(op, ecp::reply{ECP_OK}.body(R"({"namespace":"plant-1"})"));
        else
            host_.complete(op, ecp::reply{ECP_REMOVED});
    }

private:
    ecp::host host_;
    std::uint32_t questions_ = 0;
};

constexpr const char* schema =
    R"({"type":"object","properties":{"mood":{"type":"string"}},"additionalProperties":false})";

} // namespace

ECP_EXPORT const ecp_provider* ecp_provider_entry_v1(const ecp_host*) {
    static constexpr auto table = ecp::table<removing>({.id = "io.edgeconf.test.removing",
                                                        .version = "1",
                                                        .vendor = "edgeconf",
                                                        .config_schema = schema,
                                                        .dispatch = ECP_DISPATCH_NONBLOCKING,
                                                        .max_concurrency = ECP_CONCURRENCY_ANY});
    return &table;
}
