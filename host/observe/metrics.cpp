#include "observe/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <mutex>

namespace edgeconf::observe {
namespace {

// The statuses that the device API gives; every other shares one series.
constexpr std::array<unsigned, 17> statuses{200, 201, 400, 401, 403, 404, 405, 409, 413,
                                            415, 431, 500, 501, 503, 504, 417, 505};

std::string word_of(std::size_t index) {
    return index < statuses.size() ? std::to_string(statuses[index]) : "other";
}

std::size_t index_of(unsigned status) noexcept {
    return static_cast<std::size_t>(std::find(statuses.begin(), statuses.end(), status) - statuses.begin());
}

// In seconds; a device gives up after 1.
const prometheus::Histogram::BucketBoundaries buckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                      0.025,  0.05,    0.1,    0.2,   0.4,    0.8,   1.6};

using by_status = std::array<prometheus::Counter*, statuses.size() + 1>;

prometheus::MetricFamily as_family(const sample& from) {
    prometheus::MetricFamily family;
    const bool of_process = from.name.starts_with("process_");
    family.name = (of_process ? "" : "edgeconf_") + from.name;
    family.help = from.help;
    family.type = from.is_counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
    return family;
}

prometheus::ClientMetric as_metric(const sample& from) {
    prometheus::ClientMetric metric;
    if (!from.label.empty()) metric.label.push_back({from.label, from.label_value});
    (from.is_counter ? metric.counter.value : metric.gauge.value) = from.value;
    return metric;
}

} // namespace

struct metrics::families {
    prometheus::Registry registry;
    std::vector<by_status> requests;
    std::vector<prometheus::Histogram*> durations;
    by_status refused{};
    prometheus::Gauge* connections = nullptr;
    prometheus::Counter* accepted = nullptr;
    prometheus::Counter* turned_away = nullptr;
    prometheus::Counter* handshakes = nullptr;
    prometheus::Counter* failed_handshakes = nullptr;
    prometheus::Counter* refused_identities = nullptr;

    std::mutex mutex; // guards samplers
    std::vector<sampler> samplers;

    by_status counters(prometheus::Family<prometheus::Counter>& family, const prometheus::Labels& labels) {
        by_status made{};
        for (std::size_t i = 0; i < made.size(); ++i) {
            auto all = labels;
            all["status"] = word_of(i);
            made[i] = &family.Add(all);
        }
        return made;
    }
};

metrics::metrics(const std::vector<std::string_view>& operations) : all_{std::make_unique<families>()} {
    auto& registry = all_->registry;
    auto& requests = prometheus::BuildCounter()
                         .Name("edgeconf_requests_total")
                         .Help("Device calls by operation and HTTP status")
                         .Register(registry);
    auto& durations = prometheus::BuildHistogram()
                          .Name("edgeconf_request_duration_seconds")
                          .Help("From the request read to its answer ready")
                          .Register(registry);
    for (const auto operation : operations) {
        const prometheus::Labels labels{{"operation", std::string{operation}}};
        all_->requests.push_back(all_->counters(requests, labels));
        all_->durations.push_back(&durations.Add(labels, buckets));
    }
    auto& refused = prometheus::BuildCounter()
                        .Name("edgeconf_refused_requests_total")
                        .Help("Requests that led to no device call, by HTTP status")
                        .Register(registry);
    all_->refused = all_->counters(refused, {});
    all_->connections = &prometheus::BuildGauge()
                             .Name("edgeconf_connections")
                             .Help("Open connections")
                             .Register(registry)
                             .Add({});
    auto& accepted = prometheus::BuildCounter()
                         .Name("edgeconf_connections_total")
                         .Help("Connections by what became of them at the limit")
                         .Register(registry);
    all_->accepted = &accepted.Add({{"result", "accepted"}});
    all_->turned_away = &accepted.Add({{"result", "turned_away"}});
    auto& handshakes = prometheus::BuildCounter()
                           .Name("edgeconf_tls_handshakes_total")
                           .Help("TLS handshakes by result")
                           .Register(registry);
    all_->handshakes = &handshakes.Add({{"result", "done"}});
    all_->failed_handshakes = &handshakes.Add({{"result", "failed"}});
    all_->refused_identities = &prometheus::BuildCounter()
                                    .Name("edgeconf_refused_identities_total")
                                    .Help("Valid certificates without an admitted DNS name")
                                    .Register(registry)
                                    .Add({});
}

metrics::~metrics() = default;

void metrics::request(std::size_t operation, unsigned status,
                      std::chrono::steady_clock::duration took) noexcept {
    all_->requests[operation][index_of(status)]->Increment();
    all_->durations[operation]->Observe(std::chrono::duration<double>(took).count());
}

void metrics::refused_request(unsigned status) noexcept { all_->refused[index_of(status)]->Increment(); }

void metrics::connection_opened() noexcept {
    all_->connections->Increment();
    all_->accepted->Increment();
}
void metrics::connection_closed() noexcept { all_->connections->Decrement(); }
void metrics::connection_refused() noexcept { all_->turned_away->Increment(); }
void metrics::handshake(bool succeeded) noexcept {
    (succeeded ? all_->handshakes : all_->failed_handshakes)->Increment();
}
void metrics::identity_refused() noexcept { all_->refused_identities->Increment(); }

void metrics::add(sampler more) {
    const std::lock_guard lock{all_->mutex};
    all_->samplers.push_back(std::move(more));
}

std::string metrics::page() {
    auto collected = all_->registry.Collect();
    const std::lock_guard lock{all_->mutex};
    for (const auto& take : all_->samplers) {
        for (const auto& each : take()) {
            auto family = as_family(each);
            const auto same = std::find_if(collected.begin(), collected.end(),
                                           [&](const auto& f) { return f.name == family.name; });
            if (same != collected.end()) {
                same->metric.push_back(as_metric(each));
                continue;
            }
            family.metric.push_back(as_metric(each));
            collected.push_back(std::move(family));
        }
    }
    return prometheus::TextSerializer{}.Serialize(collected);
}

} // namespace edgeconf::observe
