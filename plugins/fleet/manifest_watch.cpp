#include "fleet/manifest_watch.hpp"

#include "fleet/finding.hpp"
#include "fleet/manifest_files.hpp"
#include "fleet/watched_folders.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits.h>
#include <optional>
#include <string>
#include <sys/inotify.h>
#include <system_error>
#include <unistd.h>
#include <unordered_map>
#include <utility>
#include <vector>

namespace edgeconf::fleet {

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using boost::system::error_code;
using clock = std::chrono::steady_clock;

constexpr std::uint32_t events_of_interest = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY |
                                             IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;

constexpr int rounds = 5; // of listing and watching, while folders keep coming

std::string last_error() { return std::generic_category().message(errno); }

// What a listing says, unreadable folders and all.
struct impression {
    manifest_listing listing;
    std::vector<finding> found;

    explicit impression(const fs::path& root) {
        findings all;
        listing = list_manifests(root, all);
        found = all.all();
    }
    bool operator==(const impression& other) const {
        return listing.files == other.listing.files && found == other.found;
    }
};

// An inotify instance and what its watches are for.
class watches {
public:
    explicit watches(const asio::any_io_executor& on) : events_{on} {
        const int made = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (made < 0) {
            problem_ = fmt::format("folders cannot be watched: {}; raise fs.inotify.max_user_instances",
                                   last_error());
            return;
        }
        error_code error;
        events_.assign(made, error);
        if (!error) return;
        problem_ = fmt::format("folders cannot be watched: {}", error.message());
        ::close(made);
    }

    void add(const fs::path& path, const watched_folder& folder) {
        if (!events_.is_open()) return;
        const int made = inotify_add_watch(events_.native_handle(), path.c_str(),
                                           events_of_interest | IN_ONLYDIR | IN_EXCL_UNLINK);
        if (made >= 0) {
            auto& known = folders_[made]; // one folder can have several paths
            known.searched |= folder.searched;
            known.names.insert(folder.names.begin(), folder.names.end());
        } else if (problem_.empty() && (errno == ENOSPC || errno == ENOMEM)) {
            problem_ = fmt::format("{} and other folders cannot be watched: {}; raise "
                                   "fs.inotify.max_user_watches",
                                   path.string(), last_error());
        } // else it is gone or closed to us, which a listing finds
    }

    // Completes when events are there to be judged; with an error once closed.
    template <class Handler>
    void async_read(Handler&& handler) {
        if (!events_.is_open()) return;
        events_.async_read_some(asio::buffer(buffer_), std::forward<Handler>(handler));
    }

    // Whether any of the events in the first `size` bytes read counts.
    bool concerned(std::size_t size) const;

    void close() {
        error_code ignored;
        events_.close(ignored);
    }

    const std::string& problem() const { return problem_; }

private:
    asio::posix::stream_descriptor events_;
    std::array<char, 64 * (sizeof(inotify_event) + NAME_MAX + 1)> buffer_{};
    std::unordered_map<int, watched_folder> folders_;
    std::string problem_; // empty for none
};

bool watches::concerned(std::size_t size) const {
    inotify_event event{};
    for (std::size_t at = 0; at + sizeof event <= size; at += sizeof event + event.len) {
        std::memcpy(&event, buffer_.data() + at, sizeof event);
        // Of a folder itself, or of any when the queue ran over.
        if (event.len == 0) return true;
        const char* name = buffer_.data() + at + sizeof event;
        const auto folder = folders_.find(event.wd);
        if (folder != folders_.end() && folder->second.concerns({name, strnlen(name, event.len)}))
            return true;
    }
    return false;
}

} // namespace

class manifest_watch::state : public std::enable_shared_from_this<state> {
public:
    state(asio::any_io_executor on, fs::path root, watch_times times, change_sink changed,
          problem_sink problem)
        : on_{std::move(on)}, root_{std::move(root)}, times_{times}, changed_{std::move(changed)},
          problem_{std::move(problem)}, quiet_{on_}, poll_{on_}, seen_{root_} {}

    void start() {
        renew();
        wait_for_poll();
    }
    void stop() {
        stopped_ = true;
        watches_->close();
        quiet_.cancel();
        poll_.cancel();
    }

private:
    void renew();
    void read_events();
    void wait_for_poll();
    void wait_for_quiet();
    void something_happened();

    asio::any_io_executor on_;
    fs::path root_;
    watch_times times_;
    change_sink changed_;
    problem_sink problem_;
    asio::steady_timer quiet_;
    asio::steady_timer poll_;
    std::shared_ptr<watches> watches_;
    impression seen_; // since the last report nothing else was
    std::string told_;
    std::optional<clock::time_point> first_; // event that is not reported yet
    clock::time_point last_;
    bool untold_ = false; // a report was cut short by what it threw: the next poll repeats it
    bool stopped_ = false;
};

// All watches anew, so that none is left on a folder that was replaced. What comes into a folder before it is
// watched has to be seen by a listing after.
void manifest_watch::state::renew() {
    if (watches_) watches_->close();
    watches_ = std::make_shared<watches>(on_);
    watched_folders before;
    for (int round = 0; round < rounds; ++round) {
        seen_ = impression{root_};
        auto folders = folders_to_watch(root_, seen_.listing);
        if (folders == before) break;
        for (const auto& [path, folder] : folders) watches_->add(path, folder);
        before = std::move(folders);
    }
    read_events();
    const auto problem = watches_->problem();
    if (!problem.empty() && problem != told_) {
        problem_(fmt::format("{}; what it would tell is seen at the next poll, every {} s", problem,
                             std::chrono::duration<double>(times_.poll).count()));
    }
    told_ = problem;
}

void manifest_watch::state::read_events() {
    watches_->async_read([self = shared_from_this(), of = watches_](error_code error, std::size_t size) {
        if (self->stopped_ || of != self->watches_) return;
        if (error || of->concerned(size)) self->something_happened();
        if (!error) self->read_events();
    });
}

void manifest_watch::state::wait_for_poll() {
    poll_.expires_after(times_.poll);
    poll_.async_wait([self = shared_from_this()](error_code) {
        if (self->stopped_) return;
        self->wait_for_poll(); // first: what throws here must not be the last poll
        if (self->untold_ || !(impression{self->root_} == self->seen_)) self->something_happened();
    });
}

void manifest_watch::state::something_happened() {
    last_ = clock::now();
    if (first_) return;
    first_ = last_;
    wait_for_quiet();
}

void manifest_watch::state::wait_for_quiet() {
    quiet_.expires_at(std::min(last_ + times_.quiet, *first_ + times_.longest));
    quiet_.async_wait([self = shared_from_this()](error_code) {
        if (self->stopped_) return;
        const auto now = clock::now();
        if (now < self->last_ + self->times_.quiet && now < *self->first_ + self->times_.longest) {
            return self->wait_for_quiet();
        }
        self->first_.reset();
        self->untold_ = true;
        self->renew();
        if (!self->stopped_) self->changed_();
        self->untold_ = false;
    });
}

manifest_watch::manifest_watch(asio::any_io_executor on, fs::path root, watch_times times,
                               change_sink changed, problem_sink problem)
    : state_{std::make_shared<state>(std::move(on), std::move(root), times, std::move(changed),
                                     std::move(problem))} {
    state_->start();
}

manifest_watch::~manifest_watch() { state_->stop(); }

} // namespace edgeconf::fleet
