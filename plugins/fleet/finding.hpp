// What is wrong or odd in a fleet's manifests, gathered so that an operator sees all of it at once.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace edgeconf::fleet {

enum class severity { warning, error };

struct finding {
    severity level;
    std::string text; // "file:line: field: what is wrong and what to do"

    bool operator==(const finding&) const = default;
};

// Not thread-safe: one reader of manifests owns it. A broken generator can make a finding per object,
// so past a limit of each severity they are counted and not kept. The same text is kept once.
class findings {
public:
    void error(std::string text);
    void warn(std::string text);

    bool failed() const noexcept { return errors_ != 0; }

    // How often anything was found, repeated texts included: a reader sees by it whether it found more.
    std::size_t reported() const noexcept { return reported_; }

    // In the order they were found; when some were not kept, a last one says how many.
    std::vector<finding> all() const;

private:
    static constexpr std::size_t limit = 100; // of each severity

    void add(severity level, std::string text, std::size_t& count);

    std::vector<finding> kept_;
    std::size_t errors_ = 0;
    std::size_t warnings_ = 0;
    std::size_t reported_ = 0;
};

} // namespace edgeconf::fleet
