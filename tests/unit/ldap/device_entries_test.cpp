#include "ldap/device_entries.hpp"

#include "sample_entries.hpp"

#include "support/catch.hpp"

using namespace edgeconf::ldap;
using Catch::Contains;
namespace fleet = edgeconf::fleet;

namespace {

constexpr std::uint64_t ours = 7;
constexpr std::uint64_t theirs = 9;

using words = std::vector<std::string>;

// As a host left it, with what it was told of it.
entry written(std::uint32_t number, const std::string& id, const revision& by, attribute_list more = {}) {
    more.emplace_back("edgeRevision", words{by.text()});
    return device_entry_of(number, id, std::move(more));
}

entry machine(std::uint32_t number, const std::string& id, const std::string& site = "north") {
    return numbered(number, "cn=m" + std::to_string(number) + ",ou=machines",
                    {{"serialNumber", {id}}, {"l", {site}}});
}

class followed {
public:
    explicit followed(const settings& settings = sample_settings()) : all{settings, ours} {}

    words load(std::vector<entry> entries) {
        for (const auto& each : entries) all.load(each, model);
        all.finish_load(model);
        return model.take();
    }
    words take(const entry& now, bool forced = false) {
        all.take(now, forced, model);
        return model.take();
    }
    words gone(std::uint32_t number) {
        all.take_gone(id_number(number), model);
        return model.take();
    }
    words inventory(const entry& now) {
        all.take_inventory(now, model);
        return model.take();
    }
    words inventory_gone(std::uint32_t number) {
        all.take_inventory_gone(id_number(number), model);
        return model.take();
    }
    // Of whatever is left out.
    std::string problem() const {
        const auto wrong = all.left_out();
        return wrong.empty() ? std::string{} : wrong.begin()->second;
    }
    const known_device& known(const std::string& id) { return *all.index().find(id); }

    device_entries all;
    told_news model;
};

} // namespace

TEST_CASE("device entries: all that can be used are loaded, each with a number", "[ldap][entries]") {
    followed host;
    CHECK(host.load({device_entry_of(1, "a"), device_entry_of(2, "b", {{"edgeApproval", {"maybe"}}}),
                     device_entry_of(3, "c", {{"edgeApproval", {"pending"}}})}) ==
          words{"a all known", "c all pending"});
    CHECK(host.known("a").number == 1);
    CHECK(host.known("c").number == 2);
    CHECK_THAT(host.problem(), Contains("edgeApproval is \"maybe\""));
    CHECK(host.all.left_out().size() == 1);
}

TEST_CASE("device entries: an entry that comes twice while all are loaded is loaded once, and read anew",
          "[ldap][entries]") {
    followed host;
    const auto a = device_entry_of(1, "a");
    CHECK(host.load({a, a}) == words{"a all known"});
    CHECK(host.all.take_to_read(1000) == words{a.dn()});
}

TEST_CASE("device entries: a device whose entry is damaged keeps no other from being loaded",
          "[ldap][entries]") {
    followed host;
    CHECK(host.load({device_entry_of(1, "a", {{"edgeStatus", {"{\"phase\":7}"}}}),
                     device_entry_of(2, "b", {{"edgeMembership", {"{\"pin\":\"x\"}"}}}),
                     device_entry_of(3, "c", {{"edgeMembership", {"\xff"}}}), device_entry_of(4, "d")}) ==
          words{"d all known"});
    CHECK(host.all.left_out().size() == 3);
}

TEST_CASE("device entries: our own writing, and what came before it, is no news", "[ldap][entries]") {
    followed host;
    host.load({written(1, "a", {4, ours})});
    CHECK(host.take(written(1, "a", {4, ours})).empty());
    CHECK(host.take(written(1, "a", {3, ours}, {{"edgeNamespace", {"older"}}})).empty());
    CHECK(host.take(written(1, "a", {5, ours})).empty()); // whose answer was lost
    CHECK(host.known("a").written == revision{5, ours});
}

TEST_CASE("device entries: what an administrator writes is news, whoever wrote before", "[ldap][entries]") {
    followed host;
    host.load({written(1, "a", {4, ours})});
    CHECK(host.take(written(1, "a", {4, ours}, {{"edgeApproval", {"declined"}}})) == words{"a given denied"});
    CHECK(host.take(written(1, "a", {4, ours}, {{"edgeApproval", {"DECLINED"}}})).empty());
    CHECK(host.take(written(1, "a", {4, ours}, {{"edgeApproval", {"removed"}}})) == words{"a given removed"});
}

TEST_CASE("device entries: what another host writes is news, with or without what is given",
          "[ldap][entries]") {
    followed host;
    host.load({written(1, "a", {4, ours})});
    CHECK(host.take(written(1, "a", {5, theirs}, {{"edgeStatus", {R"({"phase":"up"})"}}})) ==
          words{"a told"});
    CHECK(host.model.last.status.phase == "up");
    CHECK(host.take(written(1, "a", {5, theirs}, {{"edgeStatus", {R"({"phase":"up"})"}}})).empty());
    CHECK(host.take(written(1, "a", {6, theirs}, {{"edgeLabel", {"x=y"}}})) == words{"a all known"});
    CHECK(host.known("a").written == revision{6, theirs});
}

TEST_CASE("device entries: what comes late is asked for, and takes nothing back", "[ldap][entries]") {
    followed host;
    host.load({written(1, "a", {6, ours})});
    const auto late = written(1, "a", {5, theirs}, {{"edgeApproval", {"declined"}}});
    CHECK(host.take(late).empty());
    CHECK(host.known("a").written == revision{6, ours});
    CHECK(host.all.take_to_read(1000) == words{late.dn()});
    CHECK_FALSE(host.all.has_to_read());
    CHECK(host.take(written(1, "a", {6, theirs})).empty()); // of two upon the same one, one was refused
    CHECK(host.all.take_to_read(1000).size() == 1);
    CHECK(host.take(late, true) == words{"a all denied"}); // the directory has gone back indeed
    CHECK(host.known("a").written == revision{5, theirs});
}

TEST_CASE("device entries: what has to be read is read in parts", "[ldap][entries]") {
    followed host;
    host.load({written(1, "a", {6, ours}), written(2, "b", {6, ours}), written(3, "c", {6, ours})});
    for (const std::string id : {"a", "b", "c", "a"}) {
        const auto number = static_cast<std::uint32_t>(id.front() - 'a' + 1);
        host.take(written(number, id, {5, theirs}));
    }
    CHECK(host.all.take_to_read(2).size() == 2);
    CHECK(host.all.has_to_read());
    CHECK(host.all.take_to_read(2).size() == 1);
    CHECK_FALSE(host.all.has_to_read());
}

TEST_CASE("device entries: R7a of two entries one that says removed never inherits", "[ldap][entries]") {
    followed host;
    host.load({written(1, "a", {1, theirs}),
               numbered(2, "cn=second", {{"edgeDeviceId", {"a"}}, {"edgeApproval", {"removed"}}})});
    CHECK(host.gone(1) == words{"-a"});
    CHECK_THAT(host.problem(), Contains("says that a is removed, whose entry it was not"));
}

TEST_CASE("device entries: who has departed is known until it is back", "[ldap][entries]") {
    followed host;
    host.load({written(1, "a", {1, theirs})});
    const auto number = host.known("a").number;
    CHECK_FALSE(host.all.has_departed("a", number));
    host.gone(1);
    CHECK(host.all.has_departed("a", number));
    CHECK_FALSE(host.all.has_departed("a", number + 1)); // another one, which has enrolled since
    host.take(written(2, "a", {1, theirs}));
    CHECK_FALSE(host.all.has_departed("a", number));
}

TEST_CASE("device entries: where the model has what is not stored, all is told", "[ldap][entries]") {
    followed host;
    host.load({written(1, "a", {4, ours})});
    CHECK(host.take(written(1, "a", {4, ours}), true) == words{"a all known"});
}

TEST_CASE("device entries: a new device has the number that the model gives it", "[ldap][entries]") {
    followed host;
    CHECK(host.take(device_entry_of(1, "a")) == words{"a all known"});
    CHECK(host.known("a").number == 1000);
    CHECK(host.take(device_entry_of(2, "b", {{"edgeApproval", {"maybe"}}})) == words{"!b"});
    CHECK(host.all.index().find("b") == nullptr);
    CHECK(host.gone(1) == words{"-a"});
    CHECK(host.gone(1).empty());
}

TEST_CASE("device entries: what was accepted stays while it cannot be used", "[ldap][entries]") {
    followed host;
    host.load({written(1, "a", {4, theirs})});
    CHECK(host.take(written(1, "a", {4, theirs}, {{"edgeLabel", {"no label"}}})).empty());
    CHECK_THAT(host.problem(), Contains("edgeLabel"));
    // What the other host says is taken all the same.
    CHECK(host.take(written(1, "a", {5, theirs},
                            {{"edgeLabel", {"no label"}}, {"edgeStatus", {R"({"phase":"up"})"}}})) ==
          words{"a told"});
    CHECK(host.model.last.status.phase == "up");
    CHECK(host.take(written(1, "a", {5, theirs})).empty());
    CHECK(host.problem().empty());
}

TEST_CASE("device entries: what no host has written is not taken, and written over", "[ldap][entries]") {
    followed host;
    host.load({written(1, "a", {4, theirs}, {{"edgeMembership", {"{}"}}})});
    CHECK(host.known("a").told != 0);
    CHECK(host.take(written(1, "a", {5, theirs}, {{"edgeMembership", {"[]"}}})).empty());
    CHECK_THAT(host.problem(), Contains("edgeMembership"));
    CHECK(host.known("a").written == revision{5, theirs});
    CHECK(host.known("a").told == 0);
}

TEST_CASE("device entries: what is said of an entry goes with it, wherever it was moved", "[ldap][entries]") {
    followed host;
    const attribute_list wrong{
        {"objectClass", {"edgeDevice"}}, {"edgeDeviceId", {"a"}}, {"edgeApproval", {"maybe"}}};
    host.take(numbered(1, "cn=here", wrong));
    host.take(numbered(1, "cn=there", wrong));
    CHECK(host.all.left_out().size() == 1);
    CHECK(host.all.left_out().count("cn=there") == 1);
    host.gone(1);
    CHECK(host.all.left_out().empty());
}

TEST_CASE("device entries: an entry that is another device now is not the one that it was",
          "[ldap][entries]") {
    followed host;
    host.load({device_entry_of(1, "a")});
    CHECK(host.take(device_entry_of(1, "b")) == words{"-a", "b all known"});
    CHECK(host.all.index().find("a") == nullptr);
    CHECK(host.gone(1) == words{"-b"});
}

TEST_CASE("device entries: of two entries for a device the first counts, then the other", "[ldap][entries]") {
    followed host;
    host.load({written(1, "a", {1, theirs}), numbered(2, "cn=second",
                                                      {{"edgeDeviceId", {"a"}},
                                                       {"edgeNamespace", {"plant-2"}},
                                                       {"edgeApproval", {"approved"}}})});
    CHECK_THAT(host.problem(), Contains("the device a is the entry edgeDeviceId=a,"));
    CHECK(host.gone(1) == words{"a all known"});
    CHECK(host.model.last.ns == "plant-2");
    CHECK(host.problem().empty());
    CHECK(host.known("a").entry == id_number(2));
    CHECK(host.known("a").dn == "cn=second");
    CHECK(host.gone(2) == words{"-a"});
}

TEST_CASE("device entries: devices that are made anew before the old ones go are the same afterwards",
          "[ldap][entries]") {
    followed host;
    constexpr std::uint32_t many = 2000;
    std::vector<entry> old;
    for (std::uint32_t i = 1; i <= many; ++i) old.push_back(device_entry_of(i, "d" + std::to_string(i)));
    host.load(std::move(old));
    for (std::uint32_t i = 1; i <= many; ++i)
        CHECK(host.take(device_entry_of(many + i, "d" + std::to_string(i))).empty());
    CHECK(host.all.left_out().size() == many);
    for (std::uint32_t i = 1; i <= many; ++i)
        CHECK(host.gone(i) == words{"d" + std::to_string(i) + " all known"});
    CHECK(host.all.left_out().empty());
    CHECK(host.all.index().size() == many);
}

TEST_CASE("device entries: a device forgotten here leaves its id to the next entry", "[ldap][entries]") {
    followed host;
    host.load({device_entry_of(1, "a"),
               numbered(2, "cn=second", {{"edgeDeviceId", {"a"}}, {"edgeNamespace", {"x"}}})});
    host.all.forget(*host.all.index().find("a"));
    CHECK(host.all.index().find("a") == nullptr);
    CHECK(host.all.take_to_read(1000) == words{"cn=second"});
    CHECK(host.all.take_to_read(1000).empty());
}

TEST_CASE("device entries: R19: an id in another spelling is left out", "[ldap][entries]") {
    followed host;
    host.load({device_entry_of(1, "a"), device_entry_of(2, "A")});
    CHECK_THAT(host.problem(), Contains("its id differs from that of a in case alone"));
    CHECK(host.take(device_entry_of(2, "A", {{"edgeNamespace", {"plant-2"}}})).empty());
    CHECK(host.gone(2).empty());
    CHECK(host.problem().empty());
    CHECK(host.take(device_entry_of(1, "A")).empty()); // the same entry
    CHECK_FALSE(host.problem().empty());
}

// ---- with an inventory ----

TEST_CASE("device entries: the inventory goes before what a device's entry says", "[ldap][entries]") {
    followed host{settings_with_inventory()};
    host.all.load_inventory(machine(101, "a"));
    host.all.load_inventory(machine(102, "b"));
    host.all.load_inventory(machine(103, "no id"));
    CHECK(host.load({device_entry_of(1, "a", {{"edgeApproval", {"declined"}}, {"edgeLabel", {"x=y"}}}),
                     device_entry_of(2, "c")}) == words{"a all known", "c all known", "b all known"});
    CHECK(host.model.last.given_labels == fleet::label_map{{"site", "north"}});
    CHECK_THAT(host.problem(), Contains("serialNumber is \"no id\""));
}

TEST_CASE("device entries: what the inventory changes is given", "[ldap][entries]") {
    followed host{settings_with_inventory()};
    host.all.load_inventory(machine(101, "a"));
    host.load({});
    CHECK(host.inventory(machine(101, "a")).empty());
    CHECK(host.inventory(machine(101, "a", "south")) == words{"a given known"});
    CHECK(host.model.last.given_labels == fleet::label_map{{"site", "south"}});
    CHECK(host.inventory(machine(101, "a", "south gate")).empty());
    CHECK_THAT(host.problem(), Contains("l is"));
    CHECK(host.inventory(machine(102, "b")) == words{"b given known"});
    // Its entry, which a host has made since.
    CHECK(host.take(written(2, "b", {1, ours}, {{"edgeApproval", {"pending"}}})).empty());
}

TEST_CASE("device entries: a device that leaves the inventory goes, and comes back with its entry",
          "[ldap][entries]") {
    followed host{settings_with_inventory()};
    host.all.load_inventory(machine(101, "a"));
    host.load({device_entry_of(1, "a", {{"edgeApproval", {"pending"}}})});
    CHECK(host.inventory_gone(101) == words{"-a"});
    CHECK(host.inventory_gone(101).empty());
    CHECK(host.inventory(machine(102, "a")) == words{"a given known"});
    CHECK(host.all.take_to_read(1000).size() == 1); // for what hosts remember of it
    CHECK(host.take(device_entry_of(1, "a"), true) == words{"a all known"});
}

TEST_CASE("device entries: a device without an entry goes with the inventory's", "[ldap][entries]") {
    followed host{settings_with_inventory()};
    host.all.load_inventory(machine(101, "a"));
    host.load({});
    CHECK(host.inventory_gone(101) == words{"-a"});
    CHECK(host.all.index().size() == 0);
}

TEST_CASE("device entries: a device whose entry goes while the inventory has it starts anew",
          "[ldap][entries]") {
    followed host{settings_with_inventory()};
    host.all.load_inventory(machine(101, "a"));
    host.load({device_entry_of(1, "a", {{"edgeStatus", {R"({"phase":"up"})"}}})});
    const auto number = host.known("a").number;
    CHECK(host.gone(1) == words{"a all known"});
    CHECK(host.model.last.status.phase.empty());
    CHECK(host.known("a").number == number);
    CHECK_FALSE(host.known("a").has_entry);
}

TEST_CASE("device entries: an inventory's entry that is another device now leaves the one that it was",
          "[ldap][entries]") {
    followed host{settings_with_inventory()};
    host.all.load_inventory(machine(101, "a"));
    host.load({});
    CHECK(host.inventory(machine(101, "b")) == words{"-a", "b given known"});
    CHECK(host.inventory_gone(101) == words{"-b"});
}

TEST_CASE("device entries: of two of the inventory's entries for a device the first counts, then the other",
          "[ldap][entries]") {
    followed host{settings_with_inventory()};
    host.all.load_inventory(machine(101, "a"));
    host.all.load_inventory(machine(102, "A", "south"));
    host.load({});
    CHECK(host.known("a").id == "a");
    CHECK_THAT(host.problem(), Contains("another entry has its id A already"));
    CHECK(host.inventory_gone(101) == words{"a given known"});
    CHECK(host.model.last.given_labels == fleet::label_map{{"site", "south"}});
    CHECK(host.problem().empty());
    CHECK(host.inventory_gone(102) == words{"-a"});
}

TEST_CASE("device entries: what is said of an inventory's entry goes with it", "[ldap][entries]") {
    followed host{settings_with_inventory()};
    host.inventory(machine(101, "no id"));
    CHECK_FALSE(host.problem().empty());
    host.inventory_gone(101);
    CHECK(host.problem().empty());
}

TEST_CASE("device entries: R7a what an entry says while the inventory has its device never lets it in",
          "[ldap][entries]") {
    for (const auto* word : {"approved", "removed", "Approved"}) {
        followed host{settings_with_inventory()};
        host.all.load_inventory(machine(101, "a"));
        const auto own = device_entry_of(1, "a", {{"edgeApproval", {word}}});
        CHECK(host.load({own}) == words{"a all known"});
        REQUIRE(host.all.overruled().to_take_back(10).size() == 1);
        CHECK(host.all.overruled().to_take_back(10).front().dn == own.dn());
        CHECK(host.inventory_gone(101) == words{"-a"});
        CHECK(host.take(own).empty());
        CHECK(host.take(own, true) == words{"a all pending"}); // it asks again
        CHECK(host.take(own).empty());
        // It is taken back, and what is said then is meant.
        CHECK(host.take(device_entry_of(1, "a", {{"edgeApproval", {"pending"}}})).empty());
        CHECK_FALSE(host.all.overruled().has_to_take_back());
        CHECK(host.take(device_entry_of(1, "a")) == words{"a given known"});
        CHECK_FALSE(host.all.overruled().has_to_take_back());
    }
}

TEST_CASE("device entries: an entry that was there before its device was in the inventory is read anew",
          "[ldap][entries]") {
    followed host{settings_with_inventory()};
    host.load({device_entry_of(1, "a")});
    CHECK_FALSE(host.all.overruled().has_to_take_back());
    CHECK(host.inventory(machine(101, "a")) == words{"a given known"});
    CHECK(host.all.take_to_read(1000) == words{device_entry_of(1, "a").dn()});
    CHECK(host.take(device_entry_of(1, "a"), true) == words{"a all known"});
    CHECK(host.all.overruled().has_to_take_back());
    CHECK(host.inventory(machine(101, "a", "south")) == words{"a given known"});
    CHECK_FALSE(host.all.has_to_read());
}

TEST_CASE("device entries: a device that is held since it left the inventory keeps what it has",
          "[ldap][entries]") {
    const auto own = [](const char* word, std::uint64_t count) {
        return written(1, "a", {count, theirs}, {{"edgeApproval", {word}}});
    };
    followed host{settings_with_inventory()};
    host.all.load_inventory(machine(101, "a"));
    SECTION("whatever hosts have written late") {
        host.load({own("pending", 1)});
        CHECK(host.inventory_gone(101) == words{"-a"});
        CHECK(host.take(own("pending", 2)).empty());
        CHECK(host.all.has_departed("a", host.known("a").number));
        CHECK(host.take(own("approved", 2)) == words{"a all known"}); // somebody means it
        CHECK_FALSE(host.all.has_departed("a", host.known("a").number));
    }
    SECTION("and a decline counts again when it asks") {
        host.load({own("declined", 1)});
        CHECK_FALSE(host.all.overruled().has_to_take_back());
        CHECK(host.inventory_gone(101) == words{"-a"});
        CHECK(host.take(own("declined", 2)).empty());
        CHECK(host.take(own("declined", 2), true) == words{"a all denied"});
    }
    SECTION("and what cannot be used says nothing") {
        host.load({own("pending", 1)});
        CHECK(host.inventory_gone(101) == words{"-a"});
        CHECK(host.take(own("maybe", 2)).empty());
    }
}

TEST_CASE("device entries: R7a a mistake in the inventory's entry lets nobody in", "[ldap][entries]") {
    followed host{settings_with_inventory()};
    host.all.load_inventory(machine(101, "a", "no label"));
    CHECK(host.load({device_entry_of(1, "a"), device_entry_of(2, "b")}) ==
          words{"a all pending", "b all known"});
    CHECK(host.inventory(machine(101, "a")) == words{"a given known"});
    CHECK(host.inventory(machine(101, "a", "no label")).empty());
    CHECK(host.inventory_gone(101) == words{"-a"});
    CHECK(host.take(device_entry_of(1, "a")).empty());
}

TEST_CASE("device entries: what the server does not let take back is told until it is", "[ldap][entries]") {
    followed host{settings_with_inventory()};
    host.all.load_inventory(machine(101, "a"));
    host.load({device_entry_of(1, "a")});
    const auto words_there = host.all.overruled().to_take_back(10);
    host.all.overruled().tried(words_there);
    CHECK_FALSE(host.all.overruled().has_to_take_back());
    host.all.is_kept({words_there.front(), "no access"});
    CHECK(host.problem() ==
          "edgeApproval is approved where the inventory has the device, and cannot be taken "
          "back: no access");
    CHECK(host.take(device_entry_of(1, "a")).empty());
    CHECK(host.all.overruled().has_to_take_back());
    CHECK(host.take(device_entry_of(1, "a", {{"edgeApproval", {"pending"}}})).empty());
    CHECK(host.problem().empty());
}
