// Export, import and accepted removals, from the command line through the host to a provider.
#include "support/catch.hpp"
#include "support/running_host.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

using namespace edgeconf::test;
using Catch::Matchers::Contains;
using Catch::Matchers::Equals;

namespace {

std::string configuration(std::string_view options = "{}") {
    return "device-api: {listen: 127.0.0.1:0}\nadmin-api: {socket: admin.sock}\nprovider:\n  library: " +
           provider_file("bundle_provider").string() + "\n  options: " + std::string{options} + "\n";
}

struct administered {
    temp_folder folder;
    running_host host;

    explicit administered(std::string_view text = configuration()) : host{folder, text} {}

    std::string socket() const { return (folder.path() / "admin.sock").string(); }
    std::filesystem::path file(std::string_view name) const { return folder.path() / name; }
    std::vector<std::string> line(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), edgeconf_binary());
        arguments.insert(arguments.end(), {"--socket", socket()});
        return arguments;
    }
    finished edgeconf(std::vector<std::string> arguments) const { return run(line(std::move(arguments))); }
};

unsigned mode_of(const std::filesystem::path& file) {
    struct stat is {};
    REQUIRE(stat(file.c_str(), &is) == 0);
    return is.st_mode & 07777U;
}

} // namespace

TEST_CASE("provider administration: an export is all of its pages, to standard output", "[integration]") {
    administered a{configuration("{pages: 3}")};
    const auto said = a.edgeconf({"export"});
    CHECK(said.exit_code == 0);
    CHECK(said.output == "{\"page\":1}\n{\"page\":2}\n{\"page\":3}\n");
    CHECK_THAT(a.host.child().wait_for_line("verb=export"),
               Contains("principal=\"uid " + std::to_string(geteuid())));
    CHECK_THAT(a.host.child().wait_for_line("an administrator asked the provider"), Contains("by="));
    CHECK(a.host.stop().exit_code == 0);
}

TEST_CASE("provider administration: an exported file is for its owner alone, and replaces one",
          "[integration]") {
    administered a{configuration("{pages: 2}")};
    const auto file = a.folder.write("fleet.jsonl", "an older export");
    std::filesystem::permissions(file, std::filesystem::perms{0644});
    CHECK(a.edgeconf({"export", "-o", file}).exit_code == 0);
    CHECK(read_file(file) == "{\"page\":1}\n{\"page\":2}\n");
    CHECK(mode_of(file) == 0600);
    CHECK_FALSE(std::filesystem::exists(a.file("fleet.jsonl.partial")));
}

TEST_CASE("provider administration: an export that ends half way leaves no file", "[integration]") {
    administered a{configuration("{pages: 3, away-at: 2}")};
    const auto file = a.file("fleet.jsonl");
    const auto said = a.edgeconf({"export", "-o", file});
    CHECK(said.exit_code == 1);
    CHECK_THAT(said.errors, Contains("the store went away"));
    CHECK_FALSE(std::filesystem::exists(file));
    CHECK_FALSE(std::filesystem::exists(a.file("fleet.jsonl.partial")));

    a.folder.write("fleet.jsonl", "an older export");
    CHECK(a.edgeconf({"export", "-o", file}).exit_code == 1);
    CHECK(read_file(file) == "an older export");
}

TEST_CASE("provider administration: an export touches nothing that it does not own", "[integration]") {
    administered a;
    a.folder.write("taken.partial", "another export's");
    const auto taken = a.edgeconf({"export", "-o", a.file("taken")});
    CHECK(taken.exit_code == 1);
    CHECK_THAT(taken.errors, Contains("taken.partial: another export writes it"));
    CHECK(read_file(a.file("taken.partial")) == "another export's");

    std::filesystem::create_directory(a.file("folder"));
    const auto folder = a.edgeconf({"export", "-o", a.file("folder")});
    CHECK(folder.exit_code == 1);
    CHECK_THAT(folder.errors, Contains("is no regular file"));

    const auto nowhere = a.edgeconf({"export", "-o", a.file("none/fleet")});
    CHECK(nowhere.exit_code == 1);
    CHECK_THAT(nowhere.errors, Contains("none/fleet.partial: No such file or directory"));
}

TEST_CASE("provider administration: an import comes in pieces and tells what it did", "[integration]") {
    administered a;
    std::string content;
    for (int i = 0; i < 40'000; ++i)
        content += "{\"a device with some sixty bytes\": \"of its own, or so\"}\n";
    content += "skip me\n";
    REQUIRE(content.size() > (2U << 20));
    const auto pieces = (content.size() + (1U << 20) - 1) >> 20;
    const auto said = a.edgeconf({"import", a.folder.write("fleet.jsonl", content)});
    CHECK(said.errors.empty());
    CHECK(said.exit_code == 0);
    CHECK(said.output == "imported 40000 devices and " + std::to_string(pieces) +
                             " objects; 1 skipped:\n  line 40001: is no device\n");
}

TEST_CASE("provider administration: standard input can be imported", "[integration]") {
    administered a;
    const auto file = a.folder.write("one", "one device\n");
    const auto said = run({"/bin/sh", "-c", "exec \"$0\" import - --socket \"$1\" < \"$2\"",
                           edgeconf_binary(), a.socket(), file});
    CHECK(said.exit_code == 0);
    CHECK(said.output == "imported 1 device and 1 object\n");
}

TEST_CASE("provider administration: an import that is refused says where and why, with the file's name",
          "[integration]") {
    administered a;
    const auto file = a.folder.write("fleet.jsonl", "good\nbroken\n").string();
    const auto said = a.edgeconf({"import", file});
    CHECK(said.exit_code == 1);
    CHECK(said.output.empty());
    CHECK_THAT(said.errors, Equals("edgeconf: " + file + ": line 2: is broken\nedgeconf: " + file +
                                   ": nothing was imported\n"));
    a.host.child().wait_for_line("line 2: is broken");

    const auto empty = a.edgeconf({"import", a.folder.write("empty", "")});
    CHECK(empty.exit_code == 1);
    CHECK_THAT(empty.errors, Contains("empty: there is nothing in it"));
    const auto none = a.edgeconf({"import", a.file("none")});
    CHECK(none.exit_code == 1);
    CHECK_THAT(none.errors, Contains("none: No such file or directory"));
    CHECK(a.edgeconf({"import"}).exit_code == 2);
}

TEST_CASE("provider administration: removals are accepted on demand", "[integration]") {
    administered a;
    const auto said = a.edgeconf({"provider", "reload", "--accept-removals"});
    CHECK(said.exit_code == 0);
    CHECK(said.output == "taken over: 1 new or changed, 7 removed\n");
    CHECK_THAT(a.host.child().wait_for_line("an administrator asked the provider"),
               Contains("verb=accept-removals") && Contains("outcome=done"));

    const auto plain = a.edgeconf({"provider", "reload"});
    CHECK(plain.exit_code == 0);
    a.host.child().wait_for_line("the configuration was read again");
}

TEST_CASE("provider administration: removals that the provider refuses are told with all reasons",
          "[integration]") {
    administered a{configuration("{names: nonsense}")};
    const auto said = a.edgeconf({"provider", "reload", "--accept-removals"});
    CHECK(said.exit_code == 1);
    CHECK_THAT(said.errors, Contains("admin.sock: fleet/one.yaml:3: kind: is missing\n") &&
                                Contains("admin.sock: /names: is nonsense\n"));
}

TEST_CASE("provider administration: removals are not accepted for another configuration than the running one",
          "[integration]") {
    administered a;
    a.folder.write("edgeconf.yaml", configuration("{pages: 2}"));
    const auto changed = a.edgeconf({"provider", "reload", "--accept-removals"});
    CHECK(changed.exit_code == 1);
    CHECK_THAT(changed.errors, Contains("provider.options are not those that the provider runs with"));
    a.folder.write("edgeconf.yaml", "device-api: [\n");
    const auto broken = a.edgeconf({"provider", "reload", "--accept-removals"});
    CHECK(broken.exit_code == 1);
    CHECK_THAT(broken.errors, Contains("not valid YAML"));
}

TEST_CASE("provider administration: a provider that does not offer it says so", "[integration]") {
    const auto slow = "device-api: {listen: 127.0.0.1:0}\nadmin-api: {socket: admin.sock}\nprovider:\n"
                      "  library: " +
                      provider_file("removing_provider").string() + "\n  options: {mood: calm}\n";
    administered a{slow};
    const auto file = a.folder.write("fleet.jsonl", "one\n");
    for (const auto& [arguments, verb] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"export", "-o", a.file("out")}, "export"},
             {{"import", file}, "import"},
             {{"provider", "reload", "--accept-removals"}, "accept-removals"}}) {
        const auto said = a.edgeconf(arguments);
        CHECK(said.exit_code == 1);
        CHECK_THAT(said.errors, Contains("offers no administration, so it has no " + verb));
    }
    CHECK_FALSE(std::filesystem::exists(a.file("out")));
    client raw{{"unix:" + a.socket(), {}, {}, {}}};
    CHECK(raw.request("GET", "/host/v1/provider/export").status == 501);
}

TEST_CASE("provider administration: a piece that is too large is refused before it is read",
          "[integration]") {
    administered a;
    client raw{{"unix:" + a.socket(), {}, {}, {}}};
    const std::string piece((1U << 20) + 1, 'x');
    raw.send("POST /host/v1/provider/import HTTP/1.1\r\nHost: x\r\nContent-Length: " +
             std::to_string(piece.size()) + "\r\n\r\n");
    CHECK(raw.receive().status == 413);
}

TEST_CASE("provider administration: a host that stops does not wait for an export", "[integration]") {
    administered a{configuration("{waits: true}")};
    process exporting{a.line({"export"})};
    a.host.child().wait_for_line("verb=export");
    CHECK(a.host.stop().exit_code == 0); // the provider is cancelled, and completes it
    CHECK(exporting.wait().exit_code == 1);
}

TEST_CASE("provider administration: a user who is neither root nor edgeconf's is refused", "[integration]") {
    if (geteuid() != 0) {
        WARN("skipped: only root can be somebody else");
        return;
    }
    administered a;
    chmod(a.folder.path().c_str(), 0711);
    chmod(a.socket().c_str(), 0666);
    const std::vector<std::pair<std::string, std::string>> asked{
        {"GET", "/host/v1/provider/export"},
        {"POST", "/host/v1/provider/import"},
        {"POST", "/host/v1/provider/accept-removals"},
        {"POST", "/host/v1/reload"},
    };
    std::vector<unsigned> answered;
    REQUIRE(seteuid(65534) == 0);
    try {
        for (const auto& [method, path] : asked) {
            client stranger{{"unix:" + a.socket(), {}, {}, {}}};
            answered.push_back(stranger.request(method, path, method == "POST" ? "x" : "").status);
        }
    } catch (...) {
        CHECK(seteuid(0) == 0);
        throw;
    }
    REQUIRE(seteuid(0) == 0);
    CHECK(answered == std::vector<unsigned>(asked.size(), 403));
}
