#include "prepare.hpp"

#include "process.hpp"
#include "provider/options.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace edgeconf {
namespace {

std::string dotted(std::string pointer) {
    std::replace(pointer.begin(), pointer.end(), '/', '.');
    return "provider.options" + pointer;
}

} // namespace

std::string describe(const provider::finding& found, const config::settings& from) {
    return fmt::format("{}: {}: {}{}", config::place_of_option(from, found.pointer), dotted(found.pointer),
                       found.is_error ? "" : "warning: ", found.message);
}

boost::system::result<prepared, config::errors> prepare(const std::filesystem::path& config,
                                                        const provider::library* running) {
    auto settings = config::load(config);
    if (!settings) return settings.error();

    config::errors errors;
    std::shared_ptr<http::tls_source> tls;
    if (const auto& wanted = settings->device_api.tls) {
        auto made = http::tls_source::open(
            {wanted->certificate, wanted->private_key, wanted->client_ca, wanted->crl});
        if (made)
            tls = std::move(*made);
        else
            errors.lines.push_back(
                fmt::format("{}: device-api.tls: {}", settings->file.string(), made.error().detail));
    }

    auto& provider = settings->provider;
    const auto library =
        running != nullptr && running->name == provider.library
            ? result<provider::library>{*running}
            : provider::load_library(provider.library, provider_directory(), provider.sha256);
    if (!library) {
        errors.lines.push_back(
            fmt::format("{}: provider.library: {}", settings->file.string(), library.error().detail));
        return errors;
    }
    const auto found =
        provider::fit_options(provider.options, library->table.config_schema, settings->file.parent_path());
    for (const auto& f : found) errors.lines.push_back(describe(f, *settings));
    if (!errors.lines.empty()) return errors;
    auto options = boost::json::serialize(provider.options);
    return prepared{std::move(*settings), std::move(tls), *library, std::move(options)};
}

} // namespace edgeconf
