// What an operator can count.
#pragma once

#include <ecp/provider.hpp>

#include <cstdint>

namespace edgeconf::rest_proxy {

// Metrics of one instance. [any-thread]
class figures {
public:
    explicit figures(const ecp::host& host)
        : host_{host}, attempts_{counter("upstream_requests_total", "Requests made to upstreams")},
          faults_{counter("upstream_faults_total", "Requests to upstreams without a sound answer")},
          retries_{counter("upstream_retries_total", "Requests made again after a fault")},
          opened_{counter("breakers_opened_total", "How often an upstream was given up for a while")},
          hits_{counter("cache_hits_total", "Reads answered from the cache, fresh")},
          stale_{
              counter("cache_stale_total", "Reads answered from the cache while a new answer was asked for")},
          rescued_{
              counter("cache_rescued_total", "Reads answered from the cache because no upstream answered")},
          misses_{counter("cache_misses_total", "Reads that had to wait for an upstream")},
          joined_{counter("cache_joined_total", "Reads that waited for another one's call")},
          bytes_{gauge("cache_bytes", "Bytes kept of answers")},
          connections_{gauge("upstream_connections", "Open connections to upstreams")},
          waiting_{gauge("upstream_waiting", "Calls that wait for a connection")},
          out_{gauge("upstreams_out", "Upstreams that are not asked, or do not answer")},
          seconds_{
              host.metric(ECP_METRIC_HISTOGRAM, "upstream_seconds", "How long requests to upstreams took")} {}

    void attempt() const { host_.record(attempts_, 1); }
    void fault() const { host_.record(faults_, 1); }
    void retry() const { host_.record(retries_, 1); }
    void opened() const { host_.record(opened_, 1); }
    void hit() const { host_.record(hits_, 1); }
    void stale() const { host_.record(stale_, 1); }
    void rescued() const { host_.record(rescued_, 1); }
    void miss() const { host_.record(misses_, 1); }
    void joined() const { host_.record(joined_, 1); }
    void took(double time) const { host_.record(seconds_, time); } // seconds
    void kept(double bytes) const { host_.record(bytes_, bytes); }
    void pools(double connections, double waiting, double out) const {
        host_.record(connections_, connections);
        host_.record(waiting_, waiting);
        host_.record(out_, out);
    }

private:
    std::uint32_t counter(const char* name, const char* help) const {
        return host_.metric(ECP_METRIC_COUNTER, name, help);
    }
    std::uint32_t gauge(const char* name, const char* help) const {
        return host_.metric(ECP_METRIC_GAUGE, name, help);
    }

    ecp::host host_;
    std::uint32_t attempts_, faults_, retries_, opened_, hits_, stale_, rescued_, misses_, joined_, bytes_,
        connections_, waiting_, out_, seconds_;
};

} // namespace edgeconf::rest_proxy
