#include "fleet/options.hpp"

#include "fleet/admission_options.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <stdexcept>
#include <string>

namespace edgeconf::fleet {

namespace json = boost::json;

namespace {

void read_limits(option_reader& from, model_settings& read) {
    from.read_count("pending-limit", read.pending_limit, 1, 1'000'000);
    from.read_duration("pending-expiry", read.pending_expiry);
    from.read_count("offline-after", read.offline_after, 1, 1'000);
    from.read_duration("tombstone-retention", read.tombstone_retention);
    from.read_duration("event-retention", read.event_retention);
    from.read_count("events-per-device", read.events.per_object, 1, 10'000);
    from.read_count("events-total", read.events.total, 1, 10'000'000);
    if (read.events.total < read.events.per_object) {
        from.problem("events-total", "has to be no less than events-per-device");
    }
}

} // namespace

boost::system::result<options, option_problem> read_options(std::string_view text,
                                                            const std::function<void(option_reader&)>& own) {
    options read;
    boost::system::error_code error;
    const auto parsed = json::parse(text.empty() ? "{}" : text, error);
    if (error || !parsed.is_object()) return option_problem{"", "has to be a JSON object"};
    option_problems problems;
    option_reader from{parsed.get_object(), "", problems};
    std::string manifests;
    from.read_text("manifests", manifests);
    read.manifests = manifests;
    read.fleet.admission = admission{read_admission(from)};
    read_limits(from, read.fleet);
    if (own) own(from);
    if (!problems.empty()) return std::move(problems.front());
    return read;
}

} // namespace edgeconf::fleet

namespace boost::system {

void throw_exception_from_error(const edgeconf::fleet::option_problem& problem,
                                const boost::source_location&) {
    throw std::logic_error{problem.pointer + " " + problem.what};
}

} // namespace boost::system
