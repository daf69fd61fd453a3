#include "support/catch.hpp"
#include "unit/host/scratch_folder.hpp"

#include "provider/library.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <dlfcn.h>

namespace fs = std::filesystem;
using namespace edgeconf::provider;
using Catch::Contains;

namespace {

// A folder that only its owner writes, as the build's may not be, with a copy of one provider.
class installed {
public:
    explicit installed(const std::string& name) : path_{folder_.path() / (name + ".so")} {
        fs::copy_file(fs::path{FAULTY_PROVIDERS} / (name + ".so"), path_);
        fs::permissions(path_, fs::perms{0700});
    }
    const fs::path& path() const { return path_; }
    const fs::path& folder() const { return folder_.path(); }

private:
    scratch_folder folder_;
    fs::path path_;
};

std::string refusal(const std::string& name) {
    const installed file{name};
    const auto loaded = load_library(name, file.folder(), "");
    REQUIRE(loaded.has_error());
    INFO(loaded.error().detail);
    CHECK_THAT(loaded.error().detail, Catch::StartsWith("provider " + file.path().string() + ": "));
    CHECK_THAT(loaded.error().detail, !Contains("/proc/self"));
    CHECK(loaded.error().detail.find('\n') == std::string::npos);
    return loaded.error().detail;
}

bool is_mapped(const fs::path& path) {
    std::ifstream in{"/proc/self/maps"};
    std::ostringstream all;
    all << in.rdbuf();
    return all.str().find(path.string()) != std::string::npos;
}

} // namespace

TEST_CASE("library: a name is a file of the provider folder, a path is itself", "[provider][library]") {
    CHECK(find_library("memory", "/usr/lib/edgeconf/providers") == "/usr/lib/edgeconf/providers/memory.so");
    CHECK(find_library("/opt/acme.so", "/usr/lib/edgeconf/providers") == "/opt/acme.so");
}

TEST_CASE("library: a sound provider is loaded by name and by path", "[provider][library]") {
    const installed file{"faultless"};
    const auto by_name = load_library("faultless", file.folder(), "");
    REQUIRE(by_name.has_value());
    CHECK(by_name->name == "faultless");
    CHECK(by_name->path == file.path());
    CHECK(std::string{by_name->table.id} == "test.faulty");
    CHECK(by_name->table.create != nullptr);
    CHECK(by_name->table.get_configuration == nullptr);

    const auto by_path = load_library(file.path().string(), "/nowhere", "");
    REQUIRE(by_path.has_value());
    CHECK(by_path->table.create == by_name->table.create);
}

// Threads and destructors of the library may outlive whatever the host knows of it.
TEST_CASE("library: it stays mapped when nobody holds it any more", "[provider][library]") {
    const installed file{"faultless"};
    CHECK_FALSE(is_mapped(file.path()));
    REQUIRE(load_library("faultless", file.folder(), "").has_value());
    CHECK(is_mapped(file.path()));
    auto* handle = dlopen(file.path().c_str(), RTLD_NOW | RTLD_NOLOAD);
    REQUIRE(handle != nullptr);
    dlclose(handle);
    dlclose(handle); // the host's own, which it never gives back
    CHECK(is_mapped(file.path()));
}

TEST_CASE("library: two files are two libraries", "[provider][library]") {
    const installed one{"faultless"};
    const installed two{"faultless"};
    const auto first = load_library("faultless", one.folder(), "");
    const auto second = load_library("faultless", two.folder(), "");
    REQUIRE((first.has_value() && second.has_value()));
    CHECK(first->table.create != second->table.create);
}

TEST_CASE("library: the pin is looked at before anything is loaded", "[provider][library]") {
    const installed file{"faultless"};
    const auto loaded = load_library("faultless", file.folder(), std::string(64, '0'));
    REQUIRE(loaded.has_error());
    CHECK_THAT(loaded.error().detail, Contains("SHA-256"));
    CHECK_FALSE(is_mapped(file.path()));
}

TEST_CASE("library: a missing file is told", "[provider][library]") {
    const scratch_folder folder;
    const auto loaded = load_library("absent", folder.path(), "");
    REQUIRE(loaded.has_error());
    CHECK_THAT(loaded.error().detail, Contains("absent.so: there is no such file"));
}

TEST_CASE("library: a file that is no library is told", "[provider][library]") {
    const scratch_folder folder;
    folder.write("text.so", "#!/bin/sh\nexit 0\n");
    folder.write("empty.so", "");
    folder.write("cut.so", "\x7f"
                           "ELF\x02\x01\x01");
    for (const auto* name : {"text", "empty", "cut"}) {
        const auto loaded = load_library(name, folder.path(), "");
        REQUIRE(loaded.has_error());
        INFO(loaded.error().detail);
        CHECK_THAT(loaded.error().detail, Contains(name + std::string{".so: cannot be loaded: "}) &&
                                              Contains("is it a shared library for this machine"));
        CHECK_THAT(loaded.error().detail, !Contains("/proc/self"));
    }
}

TEST_CASE("library: a provider with a fault is refused in one line that says what to do",
          "[provider][library]") {
    CHECK_THAT(refusal("no_entry"),
               Contains("it exports no ecp_provider_entry_v1") && Contains("linker script"));
    CHECK_THAT(refusal("wrong_minor"), Contains("provider ABI 1.7, this host speaks 1.0") &&
                                           Contains("build it with this host's ecp/provider.h"));
    CHECK_THAT(refusal("short_table"), Contains("its table has ") && Contains("build it with this host's"));
    CHECK_THAT(refusal("missing_function"), Contains("lacks create, start, stop or destroy"));
    CHECK_THAT(refusal("no_id"), Contains("lacks the id, the version or the vendor"));
    CHECK_THAT(refusal("undefined_symbol"),
               Contains("edgeconf_test_function_that_is_nowhere") && Contains("-Wl,-z,defs"));
}

TEST_CASE("library: a provider that refuses the host is quoted", "[provider][library]") {
    CHECK_THAT(refusal("refuses"),
               Catch::EndsWith("it refuses this host: the licence has expired; renew it"));
    CHECK_THAT(refusal("refuses_silently"), Contains("it refuses this host: it gives no reason"));
}
