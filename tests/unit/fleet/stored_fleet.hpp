// A store in memory, as far as a bundle needs one, and files for what tests read.
#pragma once

#include "fleet/store.hpp"

#include <string>
#include <vector>

namespace edgeconf::fleet {

// Hands over manifests, objects, devices; its places are counts of them.
class stored_fleet final : public store {
public:
    struct device_row {
        std::string id;
        std::string membership;
        std::string status;
        std::string hardware;
        unix_seconds heard = 0;
    };

    std::vector<manifest_file> files;
    std::vector<stored_object> objects;
    std::vector<device_row> devices;

    void open() override {}
    void load(store_visitor&) override {}
    void save(const unsaved_changes&) override {}
    void recover() override {}
    void tend() override {}
    std::uint64_t size() const override { return 0; }
    const std::vector<std::string>& remarks() const override { return remarks_; }
    std::filesystem::path upload_file() const override { return {}; }

    std::string page(std::string_view from, store_visitor& to, const std::function<bool()>& enough) override;

private:
    std::vector<std::string> remarks_;
};

} // namespace edgeconf::fleet
