#include "model/administration.hpp"

namespace edgeconf {

std::string_view name(administration verb) noexcept {
    switch (verb) {
    case administration::accept_removals: return "accept-removals";
    case administration::export_bundle: return "export";
    case administration::import_bundle: return "import";
    }
    return "unknown";
}

} // namespace edgeconf
