#include "check/back_end.hpp"
#include "check/child.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace edgeconf::check;
using Catch::Contains;

namespace {

// Whose back end is away while there is a file.
class breakable {
public:
    breakable() {
        about.break_command = "touch " + file().string();
        about.mend_command = "rm " + file().string(); // which fails where there is none
    }
    std::filesystem::path file() const { return folder_.path() / "away"; }
    bool is_away() const { return exists(file()); }

    subject about;

private:
    edgeconf::test::temp_folder folder_;
};

class nobody final : public finding_sink {
public:
    void fault(std::string_view) override {}
    void note(std::string_view) override {}
};

child_report run_alone(void (*what)(trial&), const subject& about) {
    return run_in_child({"a.check", "It is sound.", "Because.", "nowhere", what}, about, 1, nullptr);
}

void break_and_crash(trial& in) {
    back_end behind{in};
    behind.take_away();
    ::raise(SIGKILL);
}

void break_and_leave(trial& in) {
    back_end behind{in};
    behind.take_away();
}

} // namespace

TEST_CASE("back end: whatever becomes of the check, it is brought back") {
    const auto what = GENERATE(&break_and_crash, &break_and_leave);
    const breakable behind;
    const auto made = run_alone(what, behind.about);
    CHECK(made.result.faults.size() == (what == &break_and_crash ? 1 : 0));
    CHECK_FALSE(behind.is_away());
}

TEST_CASE("back end: nothing is run to bring it back where it was never away") {
    const breakable behind;
    const auto made = run_alone([](trial&) { ::raise(SIGKILL); }, behind.about);
    REQUIRE(made.result.faults.size() == 1);
    CHECK_THAT(made.result.faults.front(), Contains("SIGKILL"));
}

TEST_CASE("back end: an exception in the middle brings it back") {
    const breakable behind;
    const auto broken = [&] {
        const back_end_guard guard{behind.about, "/"};
        nobody sink;
        trial in{behind.about, "/", 1, sink};
        back_end{in}.take_away();
        throw std::runtime_error{behind.is_away() ? "away" : "there"};
    };
    CHECK_THROWS_WITH(broken(), "away");
    CHECK_FALSE(behind.is_away());
}

TEST_CASE("back end: a command that does not bring it back, or does not end, is a fault") {
    const auto [mend, words] = GENERATE(table<std::string, std::string>(
        {{"false", "given with --mend ends with exit code 1: false"},
         {"kill -TERM $$", "given with --mend ends with SIGTERM: "},
         {"sleep 1000; true", "given with --mend does not end within 1.2 s: sleep 1000; true"}}));
    breakable behind;
    behind.about.mend_command = mend;
    behind.about.patience = std::chrono::duration<double>{0.1};
    const auto made = run_alone(&break_and_leave, behind.about);
    CHECK(made.result.what == verdict::failed);
    REQUIRE(made.result.faults.size() == 1);
    CHECK_THAT(made.result.faults.front(), Contains(words));
}

TEST_CASE("back end: a check that hangs in a command says in which") {
    breakable behind;
    behind.about.break_command = "sleep 1000; true";
    behind.about.patience = std::chrono::duration<double>{0.1};
    const auto made = run_alone(&break_and_leave, behind.about);
    REQUIRE_FALSE(made.result.faults.empty());
    CHECK_THAT(made.result.faults.front(), Contains("it was in the command given with --break"));
}
