#include "fleet/shared_body.hpp"

#include "fleet/part.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace edgeconf::fleet {

namespace {

// Collects the pieces, and the hash of what they say.
class assembly {
public:
    void add(std::string_view literal, const shared_fragment& fragment) {
        add(literal);
        made_->pieces.push_back(fragment->bytes);
        made_->kept.push_back(fragment);
        content_.append(reinterpret_cast<const char*>(fragment->hash.data()), fragment->hash.size());
    }
    void add(std::string_view literal) {
        if (!literal.empty()) made_->pieces.push_back(literal);
        content_.push_back('\0'); // no text may run into the hash beside it
        content_ += literal;
        content_.push_back('\0');
    }
    void name_workload(std::string_view name) { made_->workloads.emplace_back(name); }

    std::shared_ptr<const shared_body> finish() && {
        made_->hash = sha256(content_);
        return std::move(made_);
    }

private:
    std::string content_;
    std::shared_ptr<shared_body> made_ = std::make_shared<shared_body>();
};

} // namespace

std::shared_ptr<const shared_body> assemble(const part& settings, const std::vector<named_part>& workloads) {
    assembly body;
    body.add("", settings.made);
    body.add(R"(,"workloads":[)");
    std::map<std::string_view, shared_fragment> secrets;
    std::string_view separator;
    for (const auto& [name, rendered] : workloads) {
        body.add(std::exchange(separator, ","), rendered->made);
        body.name_workload(name);
        for (const auto& [secret, fragment] : rendered->secrets) secrets.emplace(secret, fragment);
    }
    body.add("]");
    separator = R"(,"secrets":[)";
    for (const auto& [name, fragment] : secrets) body.add(std::exchange(separator, ","), fragment);
    body.add(secrets.empty() ? "}" : "]}");
    return std::move(body).finish();
}

std::string content_of(const shared_body& body) {
    std::string content;
    for (const auto piece : body.pieces) content += piece;
    return content;
}

std::shared_ptr<const shared_body> restore_body(std::string content, const digest& hash,
                                                std::vector<std::string> workloads) {
    auto made = std::make_shared<shared_body>();
    made->kept.push_back(make_fragment(std::move(content)));
    made->pieces.push_back(made->kept.back()->bytes);
    made->hash = hash;
    made->workloads = std::move(workloads);
    return made;
}

version_text version_of(std::string_view device_id, const shared_body& body) {
    std::string content{device_id};
    content.push_back('\0');
    content.append(reinterpret_cast<const char*>(body.hash.data()), body.hash.size());
    version_text version;
    const auto digits = hexadecimal(sha256(content), version.size());
    std::copy(digits.begin(), digits.end(), version.begin());
    return version;
}

} // namespace edgeconf::fleet
