#include "check/quirks.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

namespace edgeconf::check {
namespace {

problem wrong(const std::filesystem::path& file, const YAML::Mark& at, std::string_view what) {
    // An empty file has no place.
    return {errc::invalid, fmt::format("{}:{}: {}", file.string(), std::max(at.line, 0) + 1, what)};
}

bool is_text(const YAML::Node& node) { return node.IsDefined() && node.IsScalar() && !node.Scalar().empty(); }

} // namespace

result<quirks> read_quirks(const std::filesystem::path& file) {
    quirks found;
    try {
        const auto whole = YAML::LoadFile(file.string());
        const auto list = whole.IsMap() ? whole["quirks"] : YAML::Node{};
        if (!list.IsDefined() || !list.IsSequence())
            return wrong(file, whole.Mark(), "expected `quirks:` with a list of `check:` and `reason:`");
        for (const auto& item : list) {
            if (!item.IsMap() || item.size() != 2 || !is_text(item["check"]) || !is_text(item["reason"]))
                return wrong(
                    file, item.Mark(),
                    "expected `check:` with a check's id and `reason:` with a text, and nothing else");
            if (!found.emplace(item["check"].Scalar(), item["reason"].Scalar()).second)
                return wrong(file, item.Mark(), fmt::format("{} is declared twice", item["check"].Scalar()));
        }
    } catch (const YAML::BadFile&) {
        return problem{errc::invalid, fmt::format("{}: cannot be read", file.string())};
    } catch (const YAML::Exception& e) {
        return wrong(file, e.mark, e.msg);
    }
    return found;
}

} // namespace edgeconf::check
