#include "codec/playbooks_check.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace edgeconf::codec {

result<void> check_playbooks(std::string_view body) {
    namespace json = boost::json;
    boost::system::error_code ec;
    const auto parsed = json::parse({body.data(), body.size()}, ec);
    if (ec || !parsed.is_array()) return problem{errc::internal, "the playbooks are not a JSON array"};
    for (const auto& item : parsed.get_array()) {
        const auto* playbook = item.if_object();
        const auto has_text = [&](json::string_view key) {
            const auto* found = playbook->if_contains(key);
            return found != nullptr && found->is_string();
        };
        if (playbook == nullptr || !has_text("name") || !has_text("ansible_playbook_string"))
            return problem{errc::internal,
                           "an item of the playbooks has no name or no ansible_playbook_string"};
    }
    return {};
}

} // namespace edgeconf::codec
