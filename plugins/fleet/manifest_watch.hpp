// Tells when the manifests below a root may have changed.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

namespace edgeconf::fleet {

struct watch_times {
    std::chrono::milliseconds quiet{200};    // nothing has happened for so long: the edit is complete
    std::chrono::milliseconds longest{2000}; // an edit that goes on is reported after so long
    std::chrono::milliseconds poll{30'000};
};

// Watches with inotify: the folders that list_manifests() searches; every folder on the way to them or to a
// file where a link could be set anew, as Kubernetes does it with `..data`; the folder that holds the root,
// which may be a link, go away and come back. What happens to hidden files is no change, unless they are such
// links.
//
// The kernel does not tell everything: of nothing on network file systems that another machine does, of no
// file that is written through memory, of no file system mounted over the root; and it has limits. So the
// listing is compared with the one before at every `poll`, too.
//
// Costs a watch of the kernel's for each folder (1 KB, of fs.inotify.max_user_watches), one of
// fs.inotify.max_user_instances, and two listings on each report and one on each poll, on the executor: some
// 10 ms for 1,000 files, 0.4 s for 100,000. Nothing while nothing happens.
//
// Lives on one executor, which outlives it and runs one handler at a time: there it is made and destroyed, or
// while the executor does not run, and there its functions are called. They may destroy it. No thread of its
// own.
class manifest_watch {
public:
    using change_sink = std::function<void()>;
    using problem_sink = std::function<void(std::string_view text)>; // valid during the call

    // From here on every change leads to a call of `changed`, so read the manifests afterwards. Several that
    // follow each other lead to one. A call need not mean a change. `problem` hears, once until it is over,
    // why changes may be seen at the next poll only.
    manifest_watch(boost::asio::any_io_executor on, std::filesystem::path root, watch_times times,
                   change_sink changed, problem_sink problem);
    ~manifest_watch(); // neither function is called any more
    manifest_watch(const manifest_watch&) = delete;
    manifest_watch& operator=(const manifest_watch&) = delete;

private:
    class state;
    std::shared_ptr<state> state_;
};

} // namespace edgeconf::fleet
