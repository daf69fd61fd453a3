#include "check/samples.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace edgeconf::check {
namespace {

namespace json = boost::json;

struct free_openssl {
    void operator()(EVP_PKEY* p) const noexcept { EVP_PKEY_free(p); }
    void operator()(X509_REQ* p) const noexcept { X509_REQ_free(p); }
    void operator()(BIO* p) const noexcept { BIO_free(p); }
};
template <class T>
using owned = std::unique_ptr<T, free_openssl>;

template <class T>
owned<T> made(T* from) {
    if (from == nullptr) throw std::runtime_error{"OpenSSL has no memory for a certificate request"};
    return owned<T>{from};
}

// As the device's worker makes it: its id as the common name.
std::string certificate_request(std::string_view device_id) {
    const auto key = made(EVP_EC_gen("P-256"));
    const auto request = made(X509_REQ_new());
    auto* subject = X509_REQ_get_subject_name(request.get());
    // A common name has at most 64 characters; Flotta's client signs no longer id either.
    const auto name = std::string{device_id.substr(0, 64)};
    const bool done =
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0) == 1 &&
        X509_REQ_set_pubkey(request.get(), key.get()) == 1 &&
        X509_REQ_sign(request.get(), key.get(), EVP_sha256()) != 0;
    const auto text = made(BIO_new(BIO_s_mem()));
    if (!done || PEM_write_bio_X509_REQ(text.get(), request.get()) != 1)
        throw std::runtime_error{"OpenSSL cannot sign a certificate request"};
    char* bytes = nullptr;
    const auto length = BIO_get_mem_data(text.get(), &bytes);
    return {bytes, static_cast<std::size_t>(length)};
}

json::object hardware() {
    return {{"hostname", "check"},
            {"cpu", json::object{{"architecture", "x86_64"}, {"count", 4}, {"model_name", "made up"}}},
            {"memory", json::object{{"physical_bytes", 8589934592}, {"usable_bytes", 8000000000}}},
            {"system_vendor", json::object{{"manufacturer", "made up"}, {"serial_number", "0"}}}};
}

constexpr std::size_t large_body = (1 << 20) - 1024;

// As many of `item` as make a text of about this size.
json::array many(const json::object& item) {
    return json::array(large_body / (json::serialize(item).size() + 1), json::value(item));
}

std::string hexadecimal(std::uint64_t value) { return fmt::format("{:016x}", value); }

} // namespace

std::string made_up_device(trial& in) { return "check-" + hexadecimal(in.random()()); }
std::string unknown_device(trial& in) { return "unknown-" + hexadecimal(in.random()()); }

std::string enrolment_body() {
    return json::serialize(json::object{{"features", json::object{{"hardware", hardware()}}}});
}

std::string registration_body(std::string_view device_id) {
    return json::serialize(
        json::object{{"certificate_request", certificate_request(device_id)}, {"hardware", hardware()}});
}

std::string heartbeat_body() {
    return json::serialize(json::object{
        {"status", "up"}, {"version", "1"}, {"workloads", json::array{}}, {"events", json::array{}}});
}

std::string large_enrolment_body() {
    auto told = hardware();
    told["host_devices"] = many({{"device_type", "char"},
                                 {"gid", 0},
                                 {"major", 10},
                                 {"minor", 235},
                                 {"path", "/dev/made-up"},
                                 {"uid", 0}});
    return json::serialize(json::object{{"features", json::object{{"hardware", std::move(told)}}}});
}

std::string large_heartbeat_body() {
    return json::serialize(
        json::object{{"status", "up"},
                     {"version", "1"},
                     {"workloads", json::array{}},
                     {"events", many({{"message", "made up"}, {"reason", "Started"}, {"type", "info"}})}});
}

std::vector<device_request> one_of_each(std::string_view device_id) {
    const auto request = [&](operation op, std::string body) {
        device_request made;
        made.op = op;
        made.device_id = device_id;
        made.body = std::move(body);
        return made;
    };
    std::vector<device_request> all;
    all.push_back(request(operation::enrol, enrolment_body()));
    all.push_back(request(operation::get_registration, {}));
    all.push_back(request(operation::put_registration, registration_body(device_id)));
    all.push_back(request(operation::get_configuration, {}));
    all.push_back(request(operation::put_heartbeat, heartbeat_body()));
    all.push_back(request(operation::get_playbooks, {}));
    return all;
}

namespace {

// One that the provider takes at once.
std::optional<std::string> let_in(trial& in, instance& of) {
    const auto id = made_up_device(in);
    if (!of.has(operation::enrol) || !of.has(operation::put_registration)) return std::nullopt;
    // CREATED says that it waits, or that it was let in just now: the registration tells.
    const auto enrolled = of.call(operation::enrol, id, enrolment_body()).status;
    if (enrolled != ECP_OK && enrolled != ECP_CREATED) return std::nullopt;
    if (of.call(operation::put_registration, id, registration_body(id)).status != ECP_OK) return std::nullopt;
    return id;
}

[[noreturn]] void skip_without_device(trial& in) {
    in.skip("no device is known: name one with --device, or give options that approve an enrolment at once");
}

} // namespace

std::optional<std::string> find_known_device(trial& in, instance& of) {
    if (!in.about().devices.empty()) return in.about().devices.front();
    return let_in(in, of);
}

std::string known_device(trial& in, instance& of) {
    auto found = find_known_device(in, of);
    if (!found) skip_without_device(in);
    return *std::move(found);
}

std::vector<std::string> known_devices(trial& in, instance& of) {
    constexpr std::size_t most = 16;
    constexpr std::size_t least = 2; // to be taken for one another
    auto ids = in.about().devices;
    ids.resize(std::min(ids.size(), most));
    while (ids.size() < least) {
        auto found = let_in(in, of);
        if (!found) break;
        ids.push_back(*std::move(found));
    }
    if (ids.empty()) skip_without_device(in);
    return ids;
}

} // namespace edgeconf::check
