// A provider that offers administration: exports `pages` lines, a page each, is away from page `away-at`
// on, and imports lines of text. One that holds "broken" is refused, one that begins with "skip" is
// skipped; each line is a device, each piece of the upload an object. With `waits` an export is answered
// only when it is cancelled. With `names` "nonsense" removals are refused.
#include <ecp/provider.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <mutex>
#include <sstream>
#include <string>
#include <utility>

namespace {

namespace json = boost::json;

class bundles {
public:
    bundles(ecp::host host, std::string_view options, ecp::diagnostics&)
        : host_{host}, options_(json::parse({options.data(), options.size()}).as_object()) {}

    void start(ecp_op op) { host_.complete(op, ecp::reply{ECP_OK}); }
    void stop(ecp_op op) { host_.complete(op, ecp::reply{ECP_OK}); }

    void cancel(ecp_op op) {
        const std::lock_guard lock{mutex_};
        if (waiting_ == op) complete_cancelled(std::exchange(waiting_, 0));
    }

    void reconfigure(std::string_view, ecp_op op) { host_.complete(op, ecp::reply{ECP_OK}); }

    const void* get_extension(std::string_view id) {
        static constexpr auto table = ecp::resources<bundles>(R"({"kinds":[]})");
        return id == ECP_EXT_RESOURCES ? &table : nullptr;
    }

    void invoke(const ecp_resource_request& request, ecp_op op) {
        const auto verb = ecp::view(request.verb);
        host_.log(ECP_LOG_INFO, "invoked", {{"verb", verb}, {"principal", ecp::view(request.principal)}});
        if (verb == "accept-removals") return accept_removals(op);
        if (verb == "export") return give_page(ecp::view(request.page_token), op);
        if (verb == "import") return take_piece(ecp::view(request.page_token), ecp::view(request.body), op);
        host_.complete(op, ecp::reply{ECP_UNIMPLEMENTED});
    }

private:
    std::int64_t number(const char* key, std::int64_t otherwise) const {
        const auto* given = options_.if_contains(key);
        return given == nullptr ? otherwise : given->as_int64();
    }

    void accept_removals(ecp_op op) {
        const auto* names = options_.if_contains("names");
        if (names != nullptr)
            host_.complete(op, ecp::reply{ECP_INVALID}
                                   .detail("", "fleet/one.yaml:3: kind: is missing")
                                   .detail("/names", "is nonsense"));
        else
            host_.complete(op, ecp::reply{ECP_OK}.body(R"({"put":1,"removed":7})"));
    }

    void wait_for_cancel(ecp_op op) {
        const std::lock_guard lock{mutex_};
        if (host_.is_cancelled(op))
            complete_cancelled(op);
        else
            waiting_ = op;
    }

    void complete_cancelled(ecp_op op) const {
        host_.complete(op, ecp::reply{ECP_CANCELLED, "it was cancelled"});
    }

    // Its tokens are none that fit a URL.
    void give_page(std::string_view token, ecp_op op) {
        if (options_.contains("waits")) return wait_for_cancel(op);
        constexpr std::string_view words = "page /?&%\n";
        const auto page = token.empty() ? 1 : std::stoll(std::string{token.substr(words.size())});
        if (page >= number("away-at", page + 1)) {
            host_.complete(op, ecp::reply{ECP_UNAVAILABLE, "the store went away"});
            return;
        }
        const auto line = json::serialize(json::value{{"page", page}}) + "\n";
        const auto next =
            page < number("pages", 1) ? std::string{words} + std::to_string(page + 1) : std::string{};
        host_.complete(op, ecp::reply{ECP_OK}.body(line).revision(next));
    }

    void take_piece(std::string_view token, std::string_view bytes, ecp_op op) {
        if (token.empty()) {
            uploaded_.clear();
            pieces_ = 0;
        }
        if (bytes.empty()) return end_upload(op);
        uploaded_ += bytes;
        ++pieces_;
        host_.complete(op, ecp::reply{ECP_OK}.revision("upload/1"));
    }

    void end_upload(ecp_op op) {
        std::istringstream lines{uploaded_};
        std::int64_t devices = 0;
        json::array skipped;
        std::string line;
        for (int number = 1; std::getline(lines, line); ++number) {
            if (line.find("broken") != line.npos) {
                const auto why = "line " + std::to_string(number) + ": is broken";
                host_.complete(op,
                               ecp::reply{ECP_INVALID}.detail("", why).detail("", "nothing was imported"));
                return;
            }
            if (line.starts_with("skip"))
                skipped.emplace_back("line " + std::to_string(number) + ": is no device");
            else
                ++devices;
        }
        const json::value done{{"devices", devices}, {"objects", pieces_}, {"skipped", skipped}};
        host_.complete(op, ecp::reply{ECP_OK}.body(json::serialize(done)));
    }

    ecp::host host_;
    json::object options_;
    std::string uploaded_;
    int pieces_ = 0;
    std::mutex mutex_; // guards waiting_
    ecp_op waiting_ = 0;
};

} // namespace

ECP_EXPORT const ecp_provider* ecp_provider_entry_v1(const ecp_host*) {
    static constexpr auto table =
        ecp::table<bundles>({.id = "io.edgeconf.test.bundles", .version = "1", .vendor = "edgeconf"});
    return &table;
}
