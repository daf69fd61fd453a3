#include "check/quirks.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <optional>

namespace edgeconf::check {
namespace {

problem wrong(const std::filesystem::path& file, const YAML::Mark& at, std::string_view what) {
    // An empty file has no place.
    return {errc::invalid, fmt::format("{}:{}: {}", file.string(), std::max(at.line, 0) + 1, what)};
}

// `crash:`, which may be absent; nothing where it is neither true nor false.
std::optional<bool> crash_of(const YAML::Node& item) {
    const auto node = item["crash"];
    bool crash = false;
    if (!node.IsDefined() || YAML::convert<bool>::decode(node, crash)) return crash;
    return std::nullopt;
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
            const auto crash = item.IsMap() ? crash_of(item) : std::nullopt;
            const auto members = std::size_t{2} + (crash && item["crash"].IsDefined() ? 1 : 0);
            if (!crash || item.size() != members || !is_text(item["check"]) || !is_text(item["reason"]))
                return wrong(
                    file, item.Mark(),
                    "expected `check:` with a check's id, `reason:` with a text, `crash: true` if need "
                    "be, and nothing else");
            if (!found.emplace(item["check"].Scalar(), quirk{item["reason"].Scalar(), *crash}).second)
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
