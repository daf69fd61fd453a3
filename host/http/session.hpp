// One connection, from its handshake to its end.
#pragma once

#include "http/handler.hpp"
#include "http/net.hpp"
#include "http/tls_source.hpp"
#include "model/limits.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"

#include <boost/beast/core/basic_stream.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace edgeconf::http {

// A TCP or Unix connection that can time out.
using stream = boost::beast::basic_stream<asio::generic::stream_protocol, executor>;

// What the sessions of one listener share. Outlives them.
struct session_environment {
    handler& serve;
    connection_limits limits;
    std::shared_ptr<const tls_source> tls; // null: plain HTTP
    std::vector<std::string> admitted_names;
    observe::logger& log;
    observe::metrics* metrics = nullptr; // null: not counted
    // Unix sockets: the users that are admitted; everybody who can open the socket, if there is no list.
    std::optional<std::vector<unsigned>> local_users{};
};

// Where a session stands, for its listener to see; lives on the session's thread.
struct session_state {
    stream connection;
    std::string remote;    // the peer's address
    bool idle = false;     // between two requests: may be closed at any moment
    bool stopping = false; // finish the request under way, then close
};

// Serves `state.connection` until the peer or the limits end it. Requests are answered in order, one
// at a time. Never throws for what a peer does.
awaitable<void> run_session(session_environment& environment, session_state& state);

} // namespace edgeconf::http
