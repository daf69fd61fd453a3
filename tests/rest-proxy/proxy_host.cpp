#include "rest-proxy/proxy_host.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <stdexcept>

namespace edgeconf::test {
namespace {

namespace json = boost::json;

std::string configuration(std::string_view options, std::string_view more, std::string_view deadline) {
    return std::string{"device-api: {listen: 127.0.0.1:0}\nadmin-api: {socket: admin.sock}\n"
                       "observe: {listen: 127.0.0.1:0}\nthreads: 2\n"}
        .append(more)
        .append("provider:\n  library: rest-proxy\n  deadlines: {device: ")
        .append(deadline)
        .append("}\n  options: ")
        .append(options)
        .append("\n");
}

} // namespace

std::string asking(const std::vector<std::string>& urls, std::string_view more) {
    json::array upstreams;
    for (const auto& url : urls)
        upstreams.push_back(json::value{{"url", url}, {"priority", upstreams.size() + 1}});
    auto made = "{\"upstreams\": " + json::serialize(upstreams);
    if (!more.empty()) made.append(", ").append(more);
    return made + "}";
}

proxy_host::proxy_host(std::string_view options, std::string_view more, std::string_view deadline,
                       const std::map<std::string, std::string>& environment)
    : more_{more}, deadline_{deadline}, host_{folder_, configuration(options, more, deadline), environment} {}

reply proxy_host::get(std::string_view id, std::string_view call) const {
    return device().request("GET", device_path(id, call));
}

std::string proxy_host::page(std::string_view path) const {
    client watcher{{host_.pages_address(), {}, {}, {}}};
    return watcher.request("GET", path).body;
}

std::string proxy_host::readiness() const { return page("/readyz"); }

double proxy_host::figure(std::string_view name) const {
    const auto all = page("/metrics");
    const auto line = "\nedgeconf_provider_own_" + std::string{name} + " ";
    const auto found = all.find(line);
    if (found == std::string::npos) throw std::runtime_error{"no metric " + std::string{name}};
    return std::stod(all.substr(found + line.size()));
}

std::size_t proxy_host::descriptors() {
    const auto folder = "/proc/" + std::to_string(host_.child().id()) + "/fd";
    const std::filesystem::directory_iterator all{folder};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

finished proxy_host::edgeconf(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), edgeconf_binary());
    arguments.insert(arguments.end(), {"--socket", (folder_.path() / "admin.sock").string()});
    return run(std::move(arguments));
}

finished proxy_host::reload(std::string_view options) const {
    folder_.write("edgeconf.yaml", configuration(options, more_, deadline_));
    return edgeconf({"reload"});
}

std::string device_path(std::string_view id, std::string_view call) {
    return std::string{"/api/flotta-backend/v1/namespaces/plant-1/devices/"}.append(id).append("/").append(
        call);
}

std::string message_of(const reply& r) {
    boost::system::error_code ec;
    const auto body = json::parse(r.body, ec);
    if (ec || !body.is_object()) return {};
    const auto* message = body.get_object().if_contains("message");
    return message != nullptr && message->is_string() ? std::string{message->get_string()} : std::string{};
}

bool is_clean(const reply& r) { return r.status == 200 || r.status == 201 || !message_of(r).empty(); }

} // namespace edgeconf::test
