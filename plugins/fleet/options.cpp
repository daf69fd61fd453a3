#include "fleet/options.hpp"

#include "fleet/admission_options.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <stdexcept>
#include <string>

namespace edgeconf::fleet {

namespace json = boost::json;

namespace {

void read_limits(option_reader& from, options& read) {
    from.read_count("pending-limit", read.pending_limit, 1, 1'000'000);
    from.read_duration("pending-expiry", read.pending_expiry);
    from.read_count("offline-after", read.offline_after, 1, 1'000);
    from.read_count("events-per-device", read.events_per_device, 1, 10'000);
    from.read_count("events-total", read.events_total, 1, 10'000'000);
    if (read.events_total < read.events_per_device) {
        from.problem("events-total", "has to be no less than events-per-device");
    }
}

} // namespace

boost::system::result<options, option_problem> read_options(std::string_view text) {
    options read;
    if (text.empty()) return read;
    boost::system::error_code error;
    const auto parsed = json::parse(text, error);
    if (error || !parsed.is_object()) return option_problem{"", "has to be a JSON object"};
    option_problems problems;
    option_reader from{parsed.get_object(), "", problems};
    std::string manifests;
    from.read_text("manifests", manifests);
    read.manifests = manifests;
    auto admission_read = read_admission(from);
    if (admission_read.approval == approval_mode::automatic) read.approval = approval_policy::automatic;
    read.admission = admission{std::move(admission_read)};
    read_limits(from, read);
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
