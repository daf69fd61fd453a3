#include "ldap/directory.hpp"

#include "sample_entries.hpp"

#include "ldap/host_connection.hpp"
#include "ldap/slapd.hpp"
#include "support/catch.hpp"

#include <atomic>

using namespace edgeconf::ldap;
using edgeconf::test::slapd;
using namespace std::chrono_literals;
namespace fleet = edgeconf::fleet;

namespace {

// What others change is not heard of.
settings deaf_settings(const slapd& running) {
    auto made = sample_settings();
    made.connection = edgeconf::test::host_connection(running);
    made.connection.operation_timeout = made.connection.write_timeout = 10s;
    made.follow.by = following::poll;
    made.follow.poll_interval = made.follow.deletion_interval = 3600s;
    return made;
}

// Another host does, at the entry of this DN.
void write_elsewhere(const settings& with, const std::string& dn, const fleet::device_record& device) {
    constexpr std::uint64_t theirs = 9;
    session over{with.connection};
    device_entries known{with, theirs};
    device_writer writes{with, known, theirs};
    told_news told;
    const auto now = over.read(dn, device_attribute_names());
    REQUIRE(now.has_value());
    known.take(*now, false, told);
    write_outcome out;
    writes.save(over, {{&device}}, out);
    REQUIRE(out.overtaken.empty());
}

} // namespace

TEST_CASE("directory: who was faster is told even if not all could be saved, and is not judged again",
          "[ldap][writer]") {
    slapd running{{.fast = true}};
    const auto with = deaf_settings(running);
    directory store{with};
    told_news model;
    store.open();
    const auto dn = "edgeDeviceId=raced," + running.base();
    running.add("dn: " + dn + "\nobjectClass: edgeDevice\nedgeApproval: approved\nedgeNamespace: plant-1\n" +
                "edgeLabel: line=2\nedgeLabel: site=north\n" +
                "edgeSpec:: aGVhcnRiZWF0OgogIHBlcmlvZFNlY29uZHM6IDMwCg==\n");
    store.load(model);
    CHECK(model.take() == std::vector<std::string>{"raced all known"});
    std::atomic<int> called{0};
    store.follow({[&] { ++called; }, [] {}});

    auto raced = sample_device("raced", 1);
    write_elsewhere(with, dn, raced);
    raced.reported_labels.set("x", "1");
    const auto added = sample_device("added", 2);
    running.remove("ou=devices," + running.base()); // so that nothing can be added
    fleet::unsaved_changes changes;
    changes.devices = {{&raced}, {&added}};
    CHECK_THROWS_AS(store.save(changes), fleet::store_problem);
    CHECK(called > 0);
    store.take_news(model);
    CHECK(model.take() == std::vector<std::string>{"raced all known"});
}
