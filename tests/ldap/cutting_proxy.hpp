// A network between a test and a server that fails as the test says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace edgeconf::test {

// Takes connections on a loopback port, and passes the bytes on to another one's, both ways, on a thread of
// its own. Its functions may be called by any thread; what they say holds when they return.
class cutting_proxy {
public:
    enum class way { in, out, both }; // to the server, to the client

    explicit cutting_proxy(std::uint16_t server_port);
    ~cutting_proxy(); // resets what is open
    cutting_proxy(const cutting_proxy&) = delete;
    cutting_proxy& operator=(const cutting_proxy&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    std::string url() const; // ldap://127.0.0.1:PORT

    void cut();    // resets all connections; new ones are taken
    void refuse(); // resets each new connection
    void admit();  // no more so

    // Bytes, and ends, wait on their way until release(). New connections are taken, and wait, too.
    void hold(way which = way::both);
    void release();

    std::size_t connections() const; // open at present
    std::size_t accepted() const;    // so far; those that were refused, too

private:
    // One way of a connection. What was read is written before more is read.
    struct stream {
        int from = -1;
        int to = -1;
        std::vector<char> pending{};
        bool ended = false;
    };
    struct connection {
        stream in;
        stream out;
    };

    void run();
    void accept_one();
    bool is_held(const connection& c, const stream& s) const;
    static bool advance(stream& s);
    static void reset(const connection& c);
    void wake() const;

    int listener_ = -1;
    int waker_ = -1;
    std::uint16_t port_ = 0;
    const std::uint16_t server_port_;

    mutable std::mutex mutex_;
    std::list<connection> connections_;
    std::size_t cuts_ = 0;
    std::size_t accepted_ = 0;
    bool refusing_ = false;
    bool in_held_ = false;
    bool out_held_ = false;
    bool ending_ = false;

    std::thread thread_;
};

} // namespace edgeconf::test
