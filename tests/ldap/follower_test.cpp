#include "ldap/follower.hpp"

#include "ldap/cutting_proxy.hpp"
#include "ldap/host_connection.hpp"
#include "ldap/slapd.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/temp_folder.hpp"

#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

using namespace edgeconf::ldap;
using namespace edgeconf::test;
using namespace std::chrono_literals;
using Catch::Contains;
namespace fs = std::filesystem;
using steady = std::chrono::steady_clock;

namespace {

// What a follower has told: the entries as they were when they were settled last, by DN.
class followed_entries final : public follower_sink {
public:
    using content = std::map<std::string, std::string>; // DN to edgeLabel

    void put(entry&& now) override {
        {
            const std::lock_guard lock{mutex_};
            told_[now.id()] = {now.dn(), std::string{now.value("edgeLabel")}};
            ++puts_;
        }
        if (on_put) on_put();
    }
    void gone(const entry_id& which) override {
        const std::lock_guard lock{mutex_};
        told_.erase(which);
        ++gone_;
    }
    void settled() override {
        const std::lock_guard lock{mutex_};
        settled_.clear();
        for (const auto& [id, told] : told_) settled_.insert(told);
        ++batches_;
    }
    void current_as_of(steady::time_point when) override {
        const std::lock_guard lock{mutex_};
        current_ = when;
    }
    void cut_off(std::string_view why) override {
        const std::lock_guard lock{mutex_};
        cuts_.emplace_back(why);
    }

    content now() const {
        const std::lock_guard lock{mutex_};
        return settled_;
    }
    bool has(const std::string& dn) const { return now().count(dn) != 0; }
    std::size_t puts() const { return locked(puts_); }
    std::size_t gone() const { return locked(gone_); }
    std::size_t batches() const { return locked(batches_); }
    std::vector<std::string> cuts() const { return locked(cuts_); }

    // Says so of itself, from now on.
    bool becomes_current() const {
        const auto from = steady::now();
        return eventually([&] { return locked(current_) >= from; });
    }
    bool becomes(const content& wanted) const {
        return eventually([&] { return now() == wanted; });
    }

    // Called on the follower's thread after each put; to be set while it does not run.
    std::function<void()> on_put;

private:
    template <class Value>
    Value locked(const Value& value) const {
        const std::lock_guard lock{mutex_};
        return value;
    }

    mutable std::mutex mutex_;
    std::map<entry_id, std::pair<std::string, std::string>> told_;
    content settled_;
    std::size_t puts_ = 0;
    std::size_t gone_ = 0;
    std::size_t batches_ = 0;
    steady::time_point current_{};
    std::vector<std::string> cuts_;
};

std::string devices(const slapd& directory) { return "ou=devices," + directory.base(); }

std::string dn(const slapd& directory, const std::string& id) {
    return "edgeDeviceId=" + id + "," + devices(directory);
}

std::string device(const slapd& directory, const std::string& id, const std::string& more = {}) {
    return "dn: " + dn(directory, id) +
           "\nobjectClass: edgeDevice\nedgeApproval: approved\nedgeLabel: at=" + id + "\n" + more + "\n";
}

void relabel(const slapd& directory, const std::string& id, const std::string& label) {
    directory.modify("dn: " + dn(directory, id) +
                     "\nchangetype: modify\nreplace: edgeLabel\nedgeLabel: " + label + "\n");
}

void rename(const slapd& directory, const std::string& id, const std::string& new_id) {
    directory.modify("dn: " + dn(directory, id) + "\nchangetype: modrdn\nnewrdn: edgeDeviceId=" + new_id +
                     "\ndeleteoldrdn: 1\n");
}

settings following_at(const slapd& directory, std::vector<std::string> urls, following by) {
    settings options;
    options.connection = host_connection(directory, std::move(urls));
    options.base = directory.base();
    options.follow.by = by;
    options.follow.poll_interval = 1s;
    options.follow.deletion_interval = 1s;
    options.follow.probe_interval = 1s;
    return options;
}

followed_part devices_of(const slapd& directory) {
    return {devices(directory), "(objectClass=edgeDevice)", {"edgeDeviceId", "edgeLabel", "edgeSpec"}};
}

// A directory with devices a, b and c, which is followed through a proxy.
class followed {
public:
    explicit followed(following by, slapd_options options = {.fast = true})
        : directory{std::move(options)}, how{following_at(directory, {proxy.url()}, by)} {
        directory.add(device(directory, "a") + device(directory, "b") + device(directory, "c"));
    }

    void begin() {
        watcher.emplace(how, devices_of(directory), seen);
        watcher->load();
        watcher->start();
    }
    void lose() {
        proxy.refuse();
        proxy.cut();
    }
    bool is_told_of_a_cut() const {
        const auto before = seen.cuts().size();
        return eventually([&] { return seen.cuts().size() > before; });
    }
    std::string at(const std::string& id) const { return dn(directory, id); }

    slapd directory;
    cutting_proxy proxy{directory.port()};
    settings how;
    followed_entries seen;
    std::optional<follower> watcher;
};

// A fleet that does not fit into the buffers of a connection.
void add_many(const slapd& directory, int count) {
    const std::string specification = "edgeSpec: " + std::string(2048, 'x') + "\n";
    std::string ldif;
    for (int i = 0; i < count; ++i) ldif += device(directory, std::to_string(i), specification);
    directory.add(ldif);
}

constexpr int many = 3000;

} // namespace

TEST_CASE("follower: tells a part, and then what is added, changed, renamed and removed", "[ldap]") {
    followed fleet{GENERATE(following::sync, following::poll)};
    fleet.begin();
    CHECK(fleet.seen.now() == followed_entries::content{
                                  {fleet.at("a"), "at=a"}, {fleet.at("b"), "at=b"}, {fleet.at("c"), "at=c"}});
    CHECK(fleet.seen.batches() == 1);
    relabel(fleet.directory, "a", "at=home");
    rename(fleet.directory, "b", "bee");
    fleet.directory.remove(fleet.at("c"));
    fleet.directory.add(device(fleet.directory, "d"));
    CHECK(
        fleet.seen.becomes({{fleet.at("a"), "at=home"}, {fleet.at("bee"), "at=b"}, {fleet.at("d"), "at=d"}}));
    CHECK(fleet.seen.gone() == 1);
    CHECK(fleet.seen.becomes_current());
    CHECK(fleet.seen.cuts().empty());
}

TEST_CASE("follower: what leaves the filter is gone, and comes back", "[ldap]") {
    followed fleet{GENERATE(following::sync, following::poll)};
    auto part = devices_of(fleet.directory);
    part.filter = "(&(objectClass=edgeDevice)(edgeApproval=approved))";
    fleet.watcher.emplace(fleet.how, part, fleet.seen);
    fleet.watcher->load();
    fleet.watcher->start();
    const auto approval = [&](const std::string& now) {
        fleet.directory.modify("dn: " + fleet.at("a") +
                               "\nchangetype: modify\nreplace: edgeApproval\nedgeApproval: " + now + "\n");
    };
    approval("declined");
    CHECK(eventually([&] { return !fleet.seen.has(fleet.at("a")); }));
    approval("approved");
    CHECK(eventually([&] { return fleet.seen.has(fleet.at("a")); }));
}

TEST_CASE("follower: what was missed while the directory was away is told when it is back", "[ldap]") {
    followed fleet{GENERATE(following::sync, following::poll)};
    fleet.begin();
    fleet.lose();
    CHECK(eventually([&] { return !fleet.seen.cuts().empty(); }));
    CHECK_THAT(fleet.seen.cuts().back(), Contains(fleet.proxy.url()));
    fleet.directory.stop();
    fleet.directory.start();
    relabel(fleet.directory, "a", "at=home");
    fleet.directory.remove(fleet.at("b"));
    rename(fleet.directory, "c", "sea");
    fleet.directory.add(device(fleet.directory, "d"));
    CHECK(fleet.seen.gone() == 0);
    fleet.proxy.admit();
    CHECK(
        fleet.seen.becomes({{fleet.at("a"), "at=home"}, {fleet.at("sea"), "at=c"}, {fleet.at("d"), "at=d"}}));
    CHECK(fleet.seen.gone() == 1);
    CHECK(fleet.seen.becomes_current());
}

TEST_CASE("follower: a directory that was emptied while it was away is told as empty, and filled again",
          "[ldap]") {
    followed fleet{GENERATE(following::sync, following::poll)};
    fleet.begin();
    fleet.lose();
    fleet.directory.stop();
    fleet.directory.wipe();
    fleet.directory.start();
    SECTION("with its base") { fleet.directory.make_tree(); }
    SECTION("without its base") {}
    CHECK(fleet.seen.gone() == 0);
    const auto before = fleet.seen.batches();
    fleet.proxy.admit();
    // Its account is gone as well where there is no base, and so is the right to see that.
    if (fleet.directory.try_search({}, fleet.directory.root()).exit_code != 0) {
        CHECK(fleet.is_told_of_a_cut());
        CHECK(fleet.seen.gone() == 0);
        fleet.directory.make_tree();
    }
    CHECK(fleet.seen.becomes({}));
    CHECK(fleet.seen.gone() == 3);
    CHECK(fleet.seen.batches() > before);
    fleet.directory.add(device(fleet.directory, "a"));
    CHECK(fleet.seen.becomes({{fleet.at("a"), "at=a"}}));
}

TEST_CASE("follower: a base that is removed has no entries, until it is there again", "[ldap]") {
    followed fleet{GENERATE(following::sync, following::poll)};
    fleet.begin();
    REQUIRE(fleet.directory.try_remove(devices(fleet.directory), fleet.directory.root()).exit_code == 0);
    CHECK(fleet.seen.becomes({}));
    CHECK(fleet.seen.becomes_current());
    REQUIRE(fleet.directory
                .try_add("dn: " + devices(fleet.directory) + "\nobjectClass: organizationalUnit\n",
                         fleet.directory.root())
                .exit_code == 0);
    fleet.directory.add(device(fleet.directory, "a"));
    CHECK(fleet.seen.becomes({{fleet.at("a"), "at=a"}}));
    CHECK(fleet.seen.cuts().empty());
}

TEST_CASE("follower: a part without a base is loaded as empty", "[ldap]") {
    followed fleet{GENERATE(following::sync, following::poll)};
    REQUIRE(fleet.directory.try_remove(devices(fleet.directory), fleet.directory.root()).exit_code == 0);
    fleet.begin();
    CHECK(fleet.seen.batches() >= 1);
    CHECK(fleet.seen.now().empty());
}

TEST_CASE("follower: a directory that was restored from a backup is told as it is", "[ldap]") {
    const temp_folder data;
    const temp_folder backup;
    followed fleet{GENERATE(following::sync, following::poll), {.data_folder = data.path()}};
    fleet.directory.stop();
    fs::copy(data.path(), backup.path(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    fleet.directory.start();
    fleet.directory.add(device(fleet.directory, "late"));
    fleet.begin();
    CHECK(fleet.seen.has(fleet.at("late")));
    fleet.lose();
    fleet.directory.stop();
    fs::copy(backup.path(), data.path(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    fleet.directory.start();
    fleet.proxy.admit();
    CHECK(eventually([&] { return !fleet.seen.has(fleet.at("late")); }));
    CHECK(fleet.seen.gone() == 1);
}

TEST_CASE("follower: a connection that has gone silent is noticed, and what it held is told", "[ldap]") {
    followed fleet{GENERATE(following::sync, following::poll)};
    fleet.begin();
    fleet.proxy.hold();
    relabel(fleet.directory, "a", "at=home");
    CHECK(eventually([&] { return !fleet.seen.cuts().empty(); }));
    fleet.proxy.release();
    CHECK(fleet.seen.becomes_current());
    CHECK(fleet.seen.becomes({{fleet.at("a"), "at=home"}, {fleet.at("b"), "at=b"}, {fleet.at("c"), "at=c"}}));
}

TEST_CASE("follower: ends while its directory is mute, and while it is away", "[ldap]") {
    followed fleet{GENERATE(following::sync, following::poll)};
    fleet.begin();
    const bool away = GENERATE(false, true);
    if (away)
        fleet.lose();
    else
        fleet.proxy.hold();
    if (away) CHECK(eventually([&] { return !fleet.seen.cuts().empty(); }));
    auto ended = std::async(std::launch::async, [&] { fleet.watcher.reset(); });
    CHECK(ended.wait_for(patience) == std::future_status::ready);
}

TEST_CASE("follower: a load that is cut in its midst fails", "[ldap]") {
    followed fleet{GENERATE(following::sync, following::poll)};
    add_many(fleet.directory, many);
    fleet.seen.on_put = [&, left = 100]() mutable {
        if (--left == 0) fleet.lose();
    };
    fleet.watcher.emplace(fleet.how, devices_of(fleet.directory), fleet.seen);
    CHECK_THROWS_AS(fleet.watcher->load(), directory_problem);
    CHECK(fleet.seen.puts() < many);
    CHECK(fleet.seen.batches() == 0);
}

TEST_CASE("follower: a refresh that is cut in its midst deletes nothing; the next one does", "[ldap]") {
    followed fleet{GENERATE(following::sync, following::poll)};
    add_many(fleet.directory, many);
    std::atomic<int> left = -1;
    fleet.seen.on_put = [&] {
        if (left > 0 && --left == 0) fleet.lose();
    };
    fleet.begin();
    CHECK(fleet.seen.now().size() == many + 3);
    fleet.lose();
    CHECK(eventually([&] { return !fleet.seen.cuts().empty(); }));
    const auto batches = fleet.seen.batches();
    std::string changes;
    for (int i = 0; i < many; ++i)
        changes += "dn: " + fleet.at(std::to_string(i)) +
                   "\nchangetype: modify\nreplace: edgeLabel\nedgeLabel: at=home\n\n";
    fleet.directory.modify(changes);
    fleet.directory.remove(fleet.at("a"));
    fleet.directory.remove(fleet.at("b"));
    left = 100;
    fleet.proxy.admit();
    CHECK(eventually([&] { return left == 0; }));
    CHECK(fleet.is_told_of_a_cut());
    CHECK(fleet.seen.gone() == 0);
    CHECK(fleet.seen.batches() == batches);
    fleet.proxy.admit();
    CHECK(eventually([&] { return fleet.seen.now().size() == many + 1; }));
    CHECK(fleet.seen.gone() == 2);
    CHECK_FALSE(fleet.seen.has(fleet.at("a")));
    CHECK(fleet.seen.now().at(fleet.at("2999")) == "at=home");
}

TEST_CASE("follower: what comes at once is few batches", "[ldap]") {
    followed fleet{following::sync};
    fleet.how.follow.probe_interval = 60s;
    fleet.begin();
    fleet.proxy.hold(cutting_proxy::way::out);
    std::string ldif;
    for (int i = 0; i < 1000; ++i) ldif += device(fleet.directory, std::to_string(i));
    fleet.directory.add(ldif);
    fleet.proxy.release();
    CHECK(eventually([&] { return fleet.seen.now().size() == 1003; }));
    CHECK(fleet.seen.batches() <= 100);
}

TEST_CASE("follower: polls where the server does not synchronise, and says why", "[ldap]") {
    followed fleet{following::automatic, {.syncprov = false, .fast = true}};
    fleet.begin();
    CHECK_THAT(std::string{fleet.watcher->method()}, Contains("polling") && Contains(fleet.proxy.url()));
    fleet.directory.remove(fleet.at("a"));
    CHECK(eventually([&] { return !fleet.seen.has(fleet.at("a")); }));
    CHECK(fleet.seen.cuts().empty());

    fleet.how.follow.by = following::sync;
    followed_entries others;
    follower only_sync{fleet.how, devices_of(fleet.directory), others};
    CHECK_THROWS_AS(only_sync.load(), directory_problem);
}

TEST_CASE("follower: synchronises where the server does", "[ldap]") {
    followed fleet{following::automatic};
    fleet.begin();
    CHECK_THAT(std::string{fleet.watcher->method()}, Contains("RFC 4533"));
}

TEST_CASE("follower: goes on with another server", "[ldap]") {
    followed fleet{GENERATE(following::sync, following::poll)};
    cutting_proxy other{fleet.directory.port()};
    fleet.how.connection.urls.push_back(other.url());
    fleet.begin();
    CHECK(other.accepted() == 0);
    fleet.lose();
    fleet.directory.remove(fleet.at("a"));
    relabel(fleet.directory, "b", "at=home");
    CHECK(fleet.seen.becomes({{fleet.at("b"), "at=home"}, {fleet.at("c"), "at=c"}}));
    CHECK(other.accepted() != 0);
    fleet.proxy.admit();
    other.refuse();
    other.cut();
    fleet.directory.remove(fleet.at("b"));
    CHECK(fleet.seen.becomes({{fleet.at("c"), "at=c"}}));
}
