#include "ldap/bind.hpp"

#include "ldap/directory_problem.hpp"
#include "ldap/operation.hpp"
#include "ldap/password.hpp"
#include "ldap/words.hpp"

#include <ldap.h>

#include <optional>

namespace edgeconf::ldap {

void bind(LDAP* connection, const bind_settings& as, deadline until) {
    const bool is_simple = as.method == bind_method::simple;
    std::optional<password> secret;
    berval credentials{0, const_cast<char*>("")};
    if (is_simple) {
        secret.emplace(as.password_file);
        credentials = {secret->size(), const_cast<char*>(secret->data())};
    }
    int id = 0;
    const int code =
        ldap_sasl_bind(connection, is_simple ? as.dn.c_str() : nullptr,
                       is_simple ? LDAP_SASL_SIMPLE : "EXTERNAL", &credentials, nullptr, nullptr, &id);
    operation sent{connection, code, id};
    const auto answer = sent.next(until);
    const auto told = outcome_of(connection, answer.get());
    if (told.code == LDAP_SUCCESS) return;
    throw directory_problem{told.code,
                            (is_simple ? "refuses " + as.dn : std::string{"refuses SASL EXTERNAL"}) + ": " +
                                described(told.code, told.words)};
}

} // namespace edgeconf::ldap
