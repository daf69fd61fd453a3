// A server that is no directory, on a port of its own of 127.0.0.1.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace edgeconf::test {

// One connection after another is handed to `serve`, on a thread of the listener's, and closed after it.
class loopback_listener {
public:
    explicit loopback_listener(std::function<void(int fd)> serve);
    ~loopback_listener(); // cuts the connection that is being served
    loopback_listener(const loopback_listener&) = delete;
    loopback_listener& operator=(const loopback_listener&) = delete;

    // "127.0.0.1:12345"
    const std::string& address() const noexcept { return address_; }
    unsigned port() const noexcept { return port_; }

    // So far.
    int connections() const noexcept { return connections_; }

private:
    void run();

    std::function<void(int)> serve_;
    int listening_ = -1;
    unsigned port_ = 0;
    std::string address_;
    std::atomic<int> connections_{0};
    std::mutex mutex_;
    int serving_ = -1;
    bool ends_ = false;
    std::thread thread_;
};

// What a connection can be served with.
namespace serving {

void silence(int fd);                              // all is read, until the client leaves
void deafness(int fd);                             // nothing is read either
void reset(int fd);                                // RST
void bound(int fd);                                // a bind succeeds, and then silence
std::function<void(int)> bytes(std::string given); // once something has come, and then silence

} // namespace serving

} // namespace edgeconf::test
