#include "reload.hpp"

namespace edgeconf {

std::vector<std::string> needs_restart(const config::settings& running, const config::settings& wanted) {
    std::vector<std::string> keys;
    const auto compare = [&](const char* key, const auto& now, const auto& then) {
        if (!(now == then)) keys.emplace_back(key);
    };
    compare("device-api.listen", running.device_api.listen, wanted.device_api.listen);
    compare("device-api.tls", running.device_api.tls.has_value(), wanted.device_api.tls.has_value());
    if (running.device_api.tls && wanted.device_api.tls) {
        const auto& now = *running.device_api.tls;
        const auto& then = *wanted.device_api.tls;
        compare("device-api.tls.certificate", now.certificate, then.certificate);
        compare("device-api.tls.private-key", now.private_key, then.private_key);
        compare("device-api.tls.client-ca", now.client_ca, then.client_ca);
        compare("device-api.tls.crl", now.crl, then.crl);
    }
    compare("admin-api", running.admin_api, wanted.admin_api);
    compare("observe.listen", running.observe.listen, wanted.observe.listen);
    compare("observe.log.format", running.observe.log_format, wanted.observe.log_format);
    compare("provider.library", running.provider.library, wanted.provider.library);
    compare("provider.sha256", running.provider.sha256, wanted.provider.sha256);
    compare("provider.deadlines", running.provider.deadlines, wanted.provider.deadlines);
    compare("provider.breaker", running.provider.breaker, wanted.provider.breaker);
    compare("provider.workers", running.provider.workers, wanted.provider.workers);
    compare("provider.queue", running.provider.queue, wanted.provider.queue);
    compare("threads", running.threads, wanted.threads);
    compare("shutdown-time", running.shutdown_time, wanted.shutdown_time);
    return keys;
}

} // namespace edgeconf
