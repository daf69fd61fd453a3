#include "provider_under_test.hpp"

#include "manifest_folder.hpp"

#include "fleet/provider.hpp"

#include <ecp/provider.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <stdexcept>
#include <utility>

namespace edgeconf::fleet {

namespace {

std::string text(const ecp_str& from) { return std::string{ecp::view(from)}; }

std::function<std::unique_ptr<store>()> make_store;
std::atomic<std::int64_t> clock_ahead{0}; // seconds

time_point now() { return std::chrono::system_clock::now() + std::chrono::seconds{clock_ahead}; }

struct told {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> lines;
    int health = ECP_HEALTH_OK;
    std::vector<std::string> metrics; // by number, from 1
    std::map<std::string, double> values;
    std::function<void(std::string_view)> hear;
};
told& host_was_told() {
    static told all;
    return all;
}

std::uint64_t ECP_CALL now_ns() { return 0; }
void ECP_CALL complete(ecp_op op, const ecp_result* result) {
    reinterpret_cast<operation*>(op)->complete(*result);
}
std::int32_t ECP_CALL is_cancelled(ecp_op) { return 0; }
std::int32_t ECP_CALL log_enabled(ecp_ctx, std::int32_t) { return 1; }
void ECP_CALL log(ecp_ctx, std::int32_t, ecp_op, const ecp_str* message, const ecp_kv*, std::uint64_t) {
    std::function<void(std::string_view)> hear;
    {
        auto& all = host_was_told();
        const std::lock_guard lock{all.mutex};
        all.lines.push_back(text(*message));
        all.changed.notify_all();
        hear = all.hear;
    }
    if (hear) hear(ecp::view(*message));
}
void ECP_CALL set_health(ecp_ctx, std::int32_t state, const ecp_str*) {
    auto& all = host_was_told();
    const std::lock_guard lock{all.mutex};
    all.health = state;
}
std::uint32_t ECP_CALL metric_register(ecp_ctx, std::int32_t, const ecp_str* name, const ecp_str*) {
    auto& all = host_was_told();
    const std::lock_guard lock{all.mutex};
    all.metrics.push_back(text(*name));
    return static_cast<std::uint32_t>(all.metrics.size());
}
void ECP_CALL metric_record(ecp_ctx, std::uint32_t metric, double value) {
    auto& all = host_was_told();
    const std::lock_guard lock{all.mutex};
    if (metric != 0) all.values[all.metrics.at(metric - 1)] = value;
}
const void* ECP_CALL get_extension(ecp_ctx, const char*) { return nullptr; }

constexpr ecp_host host_table{sizeof(ecp_host), ECP_ABI_MINOR, now_ns,       complete,
                              is_cancelled,     log_enabled,   log,          set_health,
                              metric_register,  metric_record, get_extension};

boost::system::result<provider_settings, option_problem> read(std::string_view options) {
    provider_settings made;
    bool batched = false;
    auto shared = read_options(options, [&](option_reader& from) {
        from.read_flag("batched", batched);
        from.read_flag("watch", made.watches);
        from.read_flag("ignoreHeartbeats", made.ignores_heartbeats);
    });
    if (!shared) return shared.error();
    made.fleet = *std::move(shared);
    made.commits = {batched ? durability::batched : durability::full, std::chrono::milliseconds{0}};
    return made;
}

class steered_provider : public provider {
public:
    steered_provider(ecp::host host, std::string_view options, ecp::diagnostics& found)
        : provider{host, options, {&read, [](std::string_view) { return make_store(); }, &now}, found} {}
};

const ecp_provider& table() {
    static constexpr auto made =
        ecp::table<steered_provider>({.id = "steered", .version = "1", .vendor = "tests"});
    return made;
}

} // namespace

operation::operation(std::string_view ns, std::string_view id, std::string_view body)
    : ns_{ns}, id_{id}, sent_{body} {
    request_.struct_size = sizeof request_;
    request_.ns = ecp::str(ns_);
    request_.device_id = ecp::str(id_);
    request_.body = ecp::str(sent_);
}

void operation::complete(const ecp_result& result) {
    const std::lock_guard lock{mutex_};
    ++answers_;
    status_ = result.status;
    message_ = text(result.message);
    revision_ = text(result.revision);
    retry_after_ = std::chrono::milliseconds{result.retry_after_ms};
    for (std::uint64_t i = 0; i < result.n_parts; ++i) body_ += text(result.parts[i]);
    completed_.notify_all();
}

void operation::await() {
    std::unique_lock lock{mutex_};
    completed_.wait(lock, [&] { return answers_ != 0; });
}

bool operation::is_answered() const { return answers() != 0; }
int operation::answers() const {
    const std::lock_guard lock{mutex_};
    return answers_;
}
ecp_status operation::status() {
    await();
    return status_;
}
std::string operation::body() {
    await();
    return body_;
}
std::string operation::message() {
    await();
    return message_;
}
std::string operation::revision() {
    await();
    return revision_;
}
std::chrono::milliseconds operation::retry_after() {
    await();
    return retry_after_;
}

provider_under_test::provider_under_test(steered_disk& disk, std::string options)
    : provider_under_test{[&disk] { return disk.make(); }, std::move(options)} {}

provider_under_test::provider_under_test(shared_disk& disk, std::string options)
    : provider_under_test{[&disk] { return disk.make(); }, std::move(options)} {}

provider_under_test::provider_under_test(store_maker make, std::string options) : table_{&table()} {
    make_store = std::move(make);
    clock_ahead = 0;
    {
        auto& all = host_was_told();
        const std::lock_guard lock{all.mutex};
        all.lines.clear();
        all.health = ECP_HEALTH_OK;
        all.metrics.clear();
        all.values.clear();
        all.hear = nullptr;
    }
    const auto cfg = ecp::str(options);
    const auto ignore = [](void*, std::int32_t, const ecp_str*, const ecp_str*) {};
    if (table_->create(&host_table, 1, &cfg, ignore, nullptr, &self_) != ECP_OK) {
        throw std::runtime_error{"the options do not fit"};
    }
}

provider_under_test::~provider_under_test() { (void)stop(); }

ecp_status provider_under_test::start() {
    operation op;
    table_->start(self_, op.token());
    return op.status();
}

ecp_status provider_under_test::stop() {
    if (self_ == nullptr) return ECP_OK;
    operation op;
    table_->stop(self_, op.token());
    const auto status = op.status();
    destroy();
    return status;
}

void provider_under_test::destroy() { table_->destroy(std::exchange(self_, nullptr)); }

pending_operation provider_under_test::reconfigure(std::string_view options) {
    auto op = std::make_unique<operation>();
    const auto cfg = ecp::str(options);
    table_->reconfigure(self_, &cfg, op->token());
    return op;
}

pending_operation provider_under_test::invoke(std::string_view verb, std::string_view page_token,
                                              std::string_view body) {
    const auto* resources =
        static_cast<const ecp_ext_resources*>(table_->get_extension(self_, ECP_EXT_RESOURCES));
    auto op = std::make_unique<operation>();
    ecp_resource_request request{};
    request.struct_size = sizeof request;
    request.verb = ecp::str(verb);
    request.page_token = ecp::str(page_token);
    request.body = ecp::str(body);
    resources->invoke(self_, &request, op->token());
    (void)op->status(); // the request has to stay as long
    return op;
}

pending_operation provider_under_test::call(ecp_call_fn slot, std::string_view id, std::string_view body) {
    auto op = std::make_unique<operation>("default", id, body);
    slot(self_, &op->request(), op->token());
    return op;
}

pending_operation provider_under_test::enrol(std::string_view id, std::string_view body) {
    return call(table_->enrol, id, body);
}
pending_operation provider_under_test::put_registration(std::string_view id, std::string_view body) {
    return call(table_->put_registration, id, body);
}
pending_operation provider_under_test::put_heartbeat(std::string_view id, std::string_view body) {
    return call(table_->put_heartbeat, id, body);
}
ecp_status provider_under_test::registration(std::string_view id) {
    return call(table_->get_registration, id, {})->status();
}
std::string provider_under_test::configuration(std::string_view id) {
    return call(table_->get_configuration, id, {})->body();
}

std::vector<std::string> logged() {
    auto& all = host_was_told();
    const std::lock_guard lock{all.mutex};
    return all.lines;
}
void await_logged(std::string_view part) {
    auto& all = host_was_told();
    std::unique_lock lock{all.mutex};
    all.changed.wait(lock, [&] { return mentions(all.lines, part); });
}
int health() {
    auto& all = host_was_told();
    const std::lock_guard lock{all.mutex};
    return all.health;
}
double metric(const std::string& name) {
    auto& all = host_was_told();
    const std::lock_guard lock{all.mutex};
    const auto found = all.values.find(name);
    return found == all.values.end() ? 0 : found->second;
}
void turn_clock(std::chrono::seconds by) { clock_ahead += by.count(); }
void on_log(std::function<void(std::string_view)> hear) {
    auto& all = host_was_told();
    const std::lock_guard lock{all.mutex};
    all.hear = std::move(hear);
}

} // namespace edgeconf::fleet
