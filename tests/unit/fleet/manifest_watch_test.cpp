#include "fleet/manifest_watch.hpp"

#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr watch_times kernel_alone{.quiet = 10ms, .longest = 200ms, .poll = 1h};

struct watched_root {
    explicit watched_root(fs::path root, watch_times times = kernel_alone)
        : watch{std::make_unique<manifest_watch>(
              io.get_executor(), std::move(root), times, [this] { ++calls; },
              [this](std::string_view text) { problems.emplace_back(text); })} {}

    // Whether a call comes; a long time after which it will not come either.
    bool reports() {
        const int before = calls;
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (calls == before && std::chrono::steady_clock::now() < end) io.run_one_for(1s);
        return calls != before;
    }
    // For as long as some reports would take.
    bool is_quiet() {
        const int before = calls;
        io.run_for(100ms);
        return calls == before;
    }

    asio::io_context io;
    int calls = 0;
    std::vector<std::string> problems;
    std::unique_ptr<manifest_watch> watch;
};

// A file whose first byte can be changed in a way that inotify does not tell of. It tells when this ends.
class mapped_file {
public:
    explicit mapped_file(const fs::path& file) : opened_{open(file.c_str(), O_RDWR | O_CLOEXEC)} {
        REQUIRE(opened_ >= 0);
        mapped_ = mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_SHARED, opened_, 0);
        REQUIRE(mapped_ != MAP_FAILED);
    }
    ~mapped_file() {
        munmap(mapped_, 1);
        close(opened_);
    }
    mapped_file(const mapped_file&) = delete;
    mapped_file& operator=(const mapped_file&) = delete;

    void write(char byte) {
        *static_cast<char*>(mapped_) = byte;
        CHECK(msync(mapped_, 1, MS_SYNC) == 0);
    }

private:
    int opened_;
    void* mapped_ = nullptr;
};

// No further file can be opened while it lives.
class no_more_files {
public:
    no_more_files() {
        getrlimit(RLIMIT_NOFILE, &before_);
        const int next = dup(0);
        close(next);
        const rlimit none{static_cast<rlim_t>(next), before_.rlim_max};
        setrlimit(RLIMIT_NOFILE, &none);
    }
    ~no_more_files() { setrlimit(RLIMIT_NOFILE, &before_); }
    no_more_files(const no_more_files&) = delete;
    no_more_files& operator=(const no_more_files&) = delete;

private:
    rlimit before_{};
};

} // namespace

TEST_CASE("manifest watch: whatever happens to a file is told, and once", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("root/a.yaml", "1");
    folder.write("root/sub/b.yaml", "1");
    const auto root = folder.path() / "root";
    watched_root it{root};
    CHECK(it.is_quiet());

    folder.write("root/a.yaml", "2");
    CHECK(it.reports());
    folder.write("root/c.yaml", "1");
    CHECK(it.reports());
    fs::remove(root / "c.yaml");
    CHECK(it.reports());
    folder.write("new.yaml", "1");
    fs::rename(folder.path() / "new.yaml", root / "sub/b.yaml");
    CHECK(it.reports());
    fs::permissions(root / "sub/b.yaml", fs::perms::none);
    CHECK(it.reports());
    fs::rename(root / "sub", folder.path() / "away");
    CHECK(it.reports());
    CHECK(it.is_quiet());
    CHECK(it.problems.empty());
}

TEST_CASE("manifest watch: changes that follow each other are one", "[fleet][unit]") {
    const manifest_folder folder;
    watched_root it{folder.path()};
    for (int i = 0; i < 50; ++i) folder.write("a" + std::to_string(i) + ".yaml", "1");
    CHECK(it.reports());
    CHECK(it.is_quiet());
}

TEST_CASE("manifest watch: an edit without an end is told all the same", "[fleet][unit]") {
    const manifest_folder folder;
    watched_root it{folder.path(), {.quiet = 1h, .longest = 50ms, .poll = 1h}};
    folder.write("a.yaml", "1");
    CHECK(it.reports());
}

TEST_CASE("manifest watch: what is hidden or beside the root is no change", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("root/a.yaml", "1");
    watched_root it{folder.path() / "root"};
    folder.write("root/.a.yaml.swp", "1");
    folder.write("beside.yaml", "1");
    CHECK(it.is_quiet());
}

TEST_CASE("manifest watch: reading the manifests is no change", "[fleet][unit]") {
    manifest_folder folder;
    folder.write("a.yaml", head("EdgeDevice", "d"));
    watched_root it{folder.path()};
    folder.read();
    CHECK(it.is_quiet());
}

TEST_CASE("manifest watch: a folder that comes is watched", "[fleet][unit]") {
    const manifest_folder folder;
    watched_root it{folder.path()};
    fs::create_directories(folder.path() / "plant/line");
    CHECK(it.reports());
    folder.write("plant/line/a.yaml", "1");
    CHECK(it.reports());
    folder.write("plant/line/a.yaml", "2");
    CHECK(it.reports());
}

TEST_CASE("manifest watch: a mounted ConfigMap is swapped as a whole", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("..1/a.yaml", "1");
    fs::create_directory_symlink("..1", folder.path() / "..data");
    fs::create_symlink("..data/a.yaml", folder.path() / "a.yaml");
    watched_root it{folder.path()};
    for (const std::string next : {"..2", "..3"}) {
        folder.write(next + "/a.yaml", next);
        CHECK(it.is_quiet()); // nobody has been led there yet
        fs::create_directory_symlink(next, folder.path() / "..data_tmp");
        fs::rename(folder.path() / "..data_tmp", folder.path() / "..data");
        CHECK(it.reports());
    }
    folder.write("..3/a.yaml", "edited where it is");
    CHECK(it.reports());
}

TEST_CASE("manifest watch: a root may go and come back", "[fleet][unit]") {
    const manifest_folder folder;
    const auto root = folder.path() / "some/root";
    folder.write("some/root/a.yaml", "1");
    watched_root it{root};
    fs::remove_all(root);
    CHECK(it.reports());
    fs::remove_all(folder.path() / "some");
    CHECK(it.reports());
    fs::create_directories(folder.path() / "some");
    CHECK(it.reports());
    folder.write("some/root/a.yaml", "2");
    CHECK(it.reports());
    folder.write("some/root/a.yaml", "3");
    CHECK(it.reports());
    CHECK(it.problems.empty());
}

TEST_CASE("manifest watch: a root may be a link that is set anew", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("v1/a.yaml", "1");
    folder.write("v2/a.yaml", "1");
    fs::create_directory_symlink("v1", folder.path() / "root");
    watched_root it{folder.path() / "root"};
    fs::create_directory_symlink("v2", folder.path() / "next");
    fs::rename(folder.path() / "next", folder.path() / "root");
    CHECK(it.reports());
    folder.write("v1/a.yaml", "2");
    CHECK(it.is_quiet());
    folder.write("v2/a.yaml", "2");
    CHECK(it.reports());
}

TEST_CASE("manifest watch: a root may be a single file, replaced or written to", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("a.yaml", "1");
    watched_root it{folder.path() / "a.yaml"};
    folder.write("new", "2");
    CHECK(it.is_quiet());
    fs::rename(folder.path() / "new", folder.path() / "a.yaml");
    CHECK(it.reports());
    folder.write("a.yaml", "3");
    CHECK(it.reports());
    fs::remove(folder.path() / "a.yaml");
    CHECK(it.reports());
}

TEST_CASE("manifest watch: what the kernel does not tell is seen at a poll", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("a.yaml", "1");
    mapped_file file{folder.path() / "a.yaml"};
    watched_root unaware{folder.path()};
    watched_root it{folder.path(), {.quiet = 1ms, .longest = 1ms, .poll = 5ms}};
    file.write('2');
    CHECK(it.reports());
    CHECK(it.is_quiet());
    CHECK(unaware.is_quiet());
}

TEST_CASE("manifest watch: what throws loses no change and ends no polling", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("a.yaml", "1");
    mapped_file file{folder.path() / "a.yaml"};
    constexpr watch_times often{.quiet = 1ms, .longest = 1ms, .poll = 5ms};
    watched_root it{folder.path(), often};
    bool fails = true;
    it.watch = std::make_unique<manifest_watch>(
        it.io.get_executor(), folder.path(), often,
        [&] {
            if (std::exchange(fails, false)) throw std::bad_alloc{};
            ++it.calls;
        },
        [](std::string_view) {});
    file.write('2');
    CHECK_THROWS_AS(it.reports(), std::bad_alloc);
    CHECK(it.reports());
    CHECK(it.is_quiet());
    file.write('3');
    CHECK(it.reports());
}

TEST_CASE("manifest watch: without inotify it says so once, and polls until there is", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("a.yaml", "1");
    constexpr watch_times often{.quiet = 1ms, .longest = 1ms, .poll = 5ms};
    watched_root it{folder.path(), often};
    it.watch.reset();
    {
        const no_more_files now;
        it.watch = std::make_unique<manifest_watch>(
            it.io.get_executor(), folder.path(), often, [&] { ++it.calls; },
            [&](std::string_view text) { it.problems.emplace_back(text); });
        CHECK(it.is_quiet());
        REQUIRE(it.problems.size() == 1);
        CHECK(it.problems[0].starts_with("folders cannot be watched: Too many open files"));
    }
    CHECK(it.reports()); // the folder can be listed again
    CHECK(it.problems.size() == 1);
}

TEST_CASE("manifest watch: may be destroyed from within its call, and calls no more", "[fleet][unit]") {
    const manifest_folder folder;
    asio::io_context io;
    int calls = 0;
    std::unique_ptr<manifest_watch> watch;
    watch = std::make_unique<manifest_watch>(
        io.get_executor(), folder.path(), kernel_alone,
        [&] {
            ++calls;
            watch.reset();
            folder.write("b.yaml", "1");
        },
        [](std::string_view) {});
    folder.write("a.yaml", "1");
    io.run(); // ends, since nothing waits any longer
    CHECK(calls == 1);
}

TEST_CASE("manifest watch: destroyed with a change that is not told yet, it never is", "[fleet][unit]") {
    const manifest_folder folder;
    watched_root it{folder.path()};
    folder.write("a.yaml", "1");
    it.io.run_one_for(20s); // has seen it
    it.watch.reset();
    it.io.restart();
    it.io.run();
    CHECK(it.calls == 0);
}
