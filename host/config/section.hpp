// Reading one mapping of the configuration file: typed keys, places, and no key left unread.
#pragma once

#include "config/settings.hpp"

#include <yaml-cpp/node/node.h>

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::config {

// What one file's reading shares: its name, its folder and the complaints so far.
struct reading {
    std::filesystem::path file;
    std::vector<std::string> complaints;

    void complain(const YAML::Mark& at, std::string_view key, std::string_view what);
    // Resolves `!file` and `!env`; other scalars are what they say. Complains and gives "" on failure.
    std::string scalar(const YAML::Node& node, std::string_view key);
    // `path` as written, made absolute from the file's folder.
    std::filesystem::path absolute(std::string_view path) const;
};

// A mapping under way. Every accessor marks its key as known; finish() then complains about the
// others and names the nearest known key. A key that is absent leaves the setting as it is.
class section {
public:
    // `path` is the dotted way here, empty for the root. A node that is no mapping is complained about.
    section(reading& into, YAML::Node node, std::string path);

    bool has(std::string_view key);
    // The node under `key`, undefined if there is none.
    YAML::Node node(std::string_view key);
    // Reads the mapping under `key` by `body`, then finishes it. False if the key is absent.
    bool nested(std::string_view key, const std::function<void(section&)>& body);

    void read(std::string_view key, std::string& value);
    void read(std::string_view key, std::filesystem::path& value);
    void read(std::string_view key, std::chrono::milliseconds& value);
    void read(std::string_view key, endpoint& value);
    void read(std::string_view key, std::vector<std::string>& value);
    // A whole number within bounds, with KiB, MiB or GiB behind it where `bytes` says so.
    void read(std::string_view key, std::uint64_t& value, std::uint64_t lowest, std::uint64_t highest,
              bool bytes = false);

    // One of the words of an enumeration.
    template <class Enum>
    void read(std::string_view key, Enum& value,
              std::initializer_list<std::pair<std::string_view, Enum>> words) {
        const auto found = node(key);
        if (!found) return;
        const auto text = scalar(found, key);
        std::string known;
        for (const auto& [word, meaning] : words) {
            if (text == word) {
                value = meaning;
                return;
            }
            known += known.empty() ? "" : ", ";
            known += word;
        }
        complain_of_word(key, text, known);
    }

    // Complains at `key`, or at the section itself if the key is absent.
    void complain(std::string_view key, std::string_view what);
    void finish();

    reading& shared() noexcept { return into_; }
    std::string path_of(std::string_view key) const;

private:
    std::string scalar(const YAML::Node& node, std::string_view key);
    YAML::Mark mark_of_key(std::string_view key) const;
    void complain_of_word(std::string_view key, std::string_view text, const std::string& known);

    reading& into_;
    YAML::Node node_;
    YAML::Mark mark_; // where the section begins, also if it is empty
    std::string path_;
    std::set<std::string, std::less<>> known_;
};

} // namespace edgeconf::config
