// One connection to a directory: made, secured, bound, used and left. All that waits has an end.
#pragma once

#include "ldap/directory_problem.hpp"
#include "ldap/entry.hpp"
#include "ldap/settings.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace edgeconf::ldap {

struct search_request {
    std::string base{};
    bool subtree = true; // false: the entry itself
    std::string filter = "(objectClass=*)";
    std::vector<std::string> attributes{}; // none: all that are not operational
};

// Values are octets. `add` and `remove` name values; `remove` with none is the whole attribute, which need
// not be there with `replace`.
struct modification {
    enum class kind { add, remove, replace };
    kind is;
    std::string attribute;
    std::vector<std::string> values;
};

struct write_request {
    enum class kind { add, modify, remove };
    kind is;
    std::string dn;
    std::vector<modification> changes{}; // add: each of kind add
    std::string assertion{};             // RFC 4528: a filter that the entry has to pass; empty: none
};

// What became of a write: RFC 4511's result code, 0 for success; and what that means, with the server's
// words.
struct write_result {
    int code = 0;
    std::string what;
};

// One thread at a time. Everything throws directory_problem; after one of lost() nothing else can be done.
class session {
public:
    // Connects to the first of the URLs that answers, each tried once in their order from `first` on, and
    // binds. Referrals are not followed, and neither ldap.conf nor the environment has a say in anything.
    explicit session(const connection_settings& settings, std::size_t first = 0);
    ~session();
    session(session&&) noexcept;
    session& operator=(session&&) noexcept;

    const std::string& url() const noexcept;

    // Which of the URLs it is.
    std::size_t index() const noexcept;

    // All entries that are found, in pages (RFC 2696) of `page_size`, one at a time to `take`; attributes
    // that are asked for and the caller may not read are absent. A base that is not there is noSuchObject.
    void search(const search_request& request, std::size_t page_size, const entry_sink& take);

    // A page of a search. `cookie` is empty for the first; what it becomes is for the next one, empty after
    // the last. Only this session can go on with it.
    void search_page(const search_request& request, std::size_t page_size, std::string& cookie,
                     const entry_sink& take);

    // The entry, or nothing where there is none that may be seen.
    std::optional<entry> read(const std::string& dn, const std::vector<std::string>& attributes);

    // All of them, several on their way at a time and in any order: no two may be about the same entry.
    // Results in the order of the requests. Throws if the connection is lost: then any of them may have been
    // done.
    std::vector<write_result> write(std::span<const write_request> requests);

    // Returns once the server has answered anything at all.
    void probe();

    // Whether the problem means that the session is of no more use.
    static bool lost(const directory_problem& problem) noexcept;

    LDAP* handle() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace edgeconf::ldap
