// Labels of devices, kept small: a fleet has many of them, and few different ones.
#pragma once

#include "fleet/selector.hpp"

#include <boost/flyweight.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edgeconf::fleet {

// A text that is kept once, however many have it. A pointer in size; comparing two compares pointers. From
// any thread.
using shared_text = boost::flyweight<std::string>;

// Sorted by key. A value.
class label_map {
public:
    struct label {
        shared_text key;
        shared_text value;

        bool operator==(const label&) const = default;
    };

    label_map() = default;
    label_map(const string_map& labels);
    label_map(std::initializer_list<std::pair<const std::string, std::string>> labels)
        : label_map{string_map{labels}} {}

    // The value, or null.
    const std::string* find(std::string_view key) const noexcept;

    void set(std::string_view key, std::string_view value);
    void set(const label_map& others);
    void clear() noexcept { labels_.clear(); }

    bool empty() const noexcept { return labels_.empty(); }
    std::size_t size() const noexcept { return labels_.size(); }
    auto begin() const noexcept { return labels_.begin(); }
    auto end() const noexcept { return labels_.end(); }

    string_map map() const;

    bool operator==(const label_map&) const = default;

private:
    void set(label&& one);

    std::vector<label> labels_;
};

} // namespace edgeconf::fleet
