// What an operator reads when the host cannot start, and what check-config says.
#include "support/catch.hpp"
#include "support/running_host.hpp"

using namespace edgeconf::test;

namespace {

finished check_config(const temp_folder& folder, std::string_view text) {
    return run({edgeconf_binary(), "check-config", "--config", folder.write("edgeconf.yaml", text)});
}
finished serve(const temp_folder& folder, std::string_view text) {
    return run({edgeconf_binary(), "serve", "--config", folder.write("edgeconf.yaml", text)});
}

std::string with_provider(std::string_view provider) {
    return std::string{"device-api: {listen: \"127.0.0.1:0\"}\nobserve: {listen: none}\nprovider:\n"}.append(
        provider);
}

} // namespace

TEST_CASE("start-up: a good configuration is called good", "[integration]") {
    const temp_folder folder;
    folder.write("fleet.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {}\n");
    const auto said =
        check_config(folder, with_provider("  library: memory\n  options: {manifests: fleet.yaml}\n"));
    CHECK(said.exit_code == 0);
    CHECK(said.output.find("good; provider io.edgeconf.memory") != std::string::npos);
    CHECK(said.errors.empty());
}

TEST_CASE("start-up: every mistake is one message with the place, the key and the remedy", "[integration]") {
    const temp_folder folder;
    folder.write("text.so", "this is no library");
    folder.write(
        "bad-fleet.yaml",
        "apiVersion: management.project-flotta.io/v1alpha1\nkind: EdgeDevise\nmetadata: {name: a}\n");
    std::filesystem::permissions(folder.path() / "text.so", std::filesystem::perms{0644});
    const auto here = folder.path().string();
    struct mistake {
        std::string text;
        std::vector<std::string> says;
    };
    const std::vector<mistake> mistakes{
        {with_provider("  libary: memory\n"),
         {"edgeconf.yaml:4:3", "provider.libary", "did you mean 'library'"}},
        {"device-api: {listen: \"0.0.0.0:8443\"}\nprovider: {library: memory}\n",
         {":1:", "device-api.tls", "loopback"}},
        {with_provider("  library: nothing\n"), {"provider.library", "nothing.so", "there is no such file"}},
        {with_provider("  library: " + here + "/text.so\n"), {"text.so", "cannot be loaded"}},
        {with_provider("  library: " + here + "\n"), {"not a regular file"}},
        {with_provider("  library: memory\n  sha256: " + std::string(64, '0') + "\n"),
         {"SHA-256", "provider.sha256"}},
        {with_provider("  library: memory\n  options:\n    aproval: manual\n"),
         {"edgeconf.yaml:6:", "provider.options.aproval", "did you mean 'approval'"}},
        {with_provider("  library: memory\n  options:\n    approval: sometimes\n"),
         {":6:", "provider.options.approval"}},
        {with_provider("  library: memory\n  options:\n    manifests: gone/\n"),
         {":6:", "provider.options.manifests", "gone"}},
        {with_provider("  library: memory\n  options:\n    manifests: bad-fleet.yaml\n"),
         {"provider.options.manifests", "bad-fleet.yaml:2", "EdgeDevise"}},
    };
    for (const auto& m : mistakes) {
        INFO(m.text);
        for (const auto& said : {check_config(folder, m.text), serve(folder, m.text)}) {
            INFO(said.errors);
            CHECK(said.exit_code == 1);
            CHECK(said.errors.starts_with("edgeconf: "));
            for (const auto& words : m.says) CHECK(said.errors.find(words) != std::string::npos);
            CHECK(said.output.empty());
        }
    }
}

TEST_CASE("start-up: TLS files that do not fit are named", "[integration]") {
    secured_folder secured;
    const auto& folder = secured.folder();
    const auto text = secured.configuration("  library: memory\n");
    CHECK(check_config(folder, text).exit_code == 0);
    const auto other = secured.ca().issue("other", {.common_name = "other"});
    std::filesystem::copy_file(other.key, folder.path() / "tls/server.key",
                               std::filesystem::copy_options::overwrite_existing);
    const auto said = check_config(folder, text);
    CHECK(said.exit_code == 1);
    CHECK(said.errors.find("tls/server.key") != std::string::npos);
    std::filesystem::remove(folder.path() / "tls/flotta-ca.crt");
    CHECK(check_config(folder, text).errors.find("flotta-ca.crt") != std::string::npos);
}

TEST_CASE("start-up: a port that is taken is named, also when another edgeconf has it", "[integration]") {
    const temp_folder folder;
    running_host first{folder, "device-api: {listen: \"127.0.0.1:0\"}\nobserve: {listen: "
                               "\"127.0.0.1:0\"}\nprovider: {library: memory}\n"};
    const auto said = serve(folder, "device-api: {listen: \"" + first.device_address() +
                                        "\"}\nobserve: {listen: none}\nprovider: {library: memory}\n");
    CHECK(said.exit_code == 1);
    CHECK(said.errors.find("device-api.listen") != std::string::npos);
    CHECK(said.errors.find("is another edgeconf running") != std::string::npos);
}

TEST_CASE("start-up: an option's secret comes from the environment or a file and is never printed",
          "[integration]") {
    const temp_folder folder;
    folder.write("secret", "from-a-file\n");
    const auto file = folder.write(
        "edgeconf.yaml", with_provider("  library: memory\n  options: {approval: !env APPROVAL}\n"));
    const std::vector<std::string> command{edgeconf_binary(), "check-config", "--config", file};
    CHECK(run(command, {{"APPROVAL", "automatic"}}).exit_code == 0);
    const auto wrong = run(command, {{"APPROVAL", "swordfish"}});
    CHECK(wrong.exit_code == 1);
    CHECK(wrong.errors.find("swordfish") == std::string::npos);
    const auto from_file =
        check_config(folder, with_provider("  library: memory\n  options: {approval: !file secret}\n"));
    CHECK(from_file.exit_code == 1);
    CHECK(from_file.errors.find("from-a-file") == std::string::npos);
}

TEST_CASE("start-up: wrong usage exits 2, help and version exit 0", "[integration]") {
    CHECK(run({edgeconf_binary()}).exit_code == 2);
    CHECK(run({edgeconf_binary(), "serve"}).exit_code == 2);
    CHECK(run({edgeconf_binary(), "no-such-verb"}).exit_code == 2);
    CHECK(run({edgeconf_binary(), "--help"}).output.find("check-config") != std::string::npos);
    CHECK(run({edgeconf_binary(), "--version"}).exit_code == 0);
}

TEST_CASE("start-up: /livez and /readyz answer, other pages do not exist", "[integration]") {
    const temp_folder folder;
    running_host host{folder, "device-api: {listen: \"127.0.0.1:0\"}\nobserve: {listen: "
                              "\"127.0.0.1:0\"}\nprovider: {library: memory}\n"};
    client watcher{{host.pages_address(), {}, {}, {}}};
    CHECK(watcher.request("GET", "/livez").body == "ok\n");
    CHECK(watcher.request("GET", "/readyz").status == 200);
    CHECK(watcher.request("GET", "/other").status == 404);
    CHECK(watcher.request("POST", "/livez").status == 405);
}
