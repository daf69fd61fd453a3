// An upstream that behaves as the test says, down to the bytes.
#pragma once

#include "support/pki.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_st SSL;

namespace edgeconf::test {

struct heard_request {
    std::size_t number = 0; // of all requests, from 1
    std::string method;
    std::string target;
    std::map<std::string, std::string> fields; // names in lower case
    std::string body;

    std::string device() const; // from the target
    std::string call() const;   // the target's last part
};

// What comes after a request.
struct conduct {
    enum class ending {
        keep,   // the next request may come
        close,  // in order
        reset,  // SO_LINGER 0
        hold,   // nothing more, until the other side closes
        repeat, // the last piece again and again, until the other side closes
    };
    std::vector<std::string> pieces{}; // over TLS a record each; all are sent together without a pause
    ending then = ending::keep;
    std::chrono::milliseconds pause{0}; // before each piece
};

// Called on the connection's thread, which it may hold up.
using script = std::function<conduct(const heard_request&)>;

struct upstream_place {
    std::filesystem::path socket{}; // empty: a port of 127.0.0.1
    std::optional<identity> tls{};
    std::filesystem::path client_ca{}; // with it a client certificate is asked for
    bool is_mute = false;              // takes connections, and says nothing on them
};

// Listens when the constructor returns; a thread for each connection. Its functions may be called by any one
// thread at a time.
class faulty_upstream {
public:
    explicit faulty_upstream(script does, upstream_place at = {});
    ~faulty_upstream();
    faulty_upstream(const faulty_upstream&) = delete;
    faulty_upstream& operator=(const faulty_upstream&) = delete;

    // https://localhost:PORT, http://127.0.0.1:PORT or unix:PATH.
    std::string url() const;
    void behave(script does);

    std::size_t connections() const;      // accepted so far
    std::size_t open_connections() const; // at present
    std::size_t requests() const;         // read so far
    std::size_t behaved() const;          // of those, how many had all that the script gave them
    std::vector<heard_request> heard() const;

    // Resets all connections and takes no more.
    void die();
    // Where it was before; of a Unix socket only.
    void revive();

private:
    struct peer {
        int fd = -1; // guarded by mutex_
        bool done = false;
        std::thread thread;
    };

    void listen();
    void accept_all();
    void serve(peer& p);
    void converse(int fd, SSL* tls);
    bool behave_as(const conduct& c, int fd, SSL* tls);
    bool rest(std::chrono::milliseconds time);
    void reap();

    const upstream_place at_;
    std::shared_ptr<SSL_CTX> context_;
    int listener_ = -1;
    std::string url_;
    std::thread acceptor_;

    mutable std::mutex mutex_;
    std::condition_variable ended_;
    script does_;
    bool ending_ = false;
    std::size_t accepted_ = 0;
    std::size_t behaved_ = 0;
    std::vector<heard_request> heard_;
    std::list<peer> peers_;
};

} // namespace edgeconf::test
