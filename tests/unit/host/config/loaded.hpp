// A configuration file of a test's own, loaded.
#pragma once

#include "support/catch.hpp"
#include "unit/host/scratch_folder.hpp"

#include "config/loader.hpp"

#include <string>
#include <string_view>
#include <vector>

class config_file {
public:
    explicit config_file(std::string_view content) : path_{folder_.write("edgeconf.yaml", content)} {}

    const scratch_folder& folder() const { return folder_; }
    const std::filesystem::path& path() const { return path_; }

    edgeconf::config::settings settings() const {
        auto loaded = edgeconf::config::load(path_);
        if (!loaded)
            for (const auto& line : loaded.error().lines) UNSCOPED_INFO(line);
        REQUIRE(loaded.has_value());
        return std::move(*loaded);
    }

    std::vector<std::string> complaints() const {
        auto loaded = edgeconf::config::load(path_);
        REQUIRE(loaded.has_error());
        return loaded.error().lines;
    }

    // The complaint of a file that has exactly one, without the file's name in front.
    std::string complaint() const {
        const auto all = complaints();
        for (const auto& line : all) UNSCOPED_INFO(line);
        REQUIRE(all.size() == 1);
        const auto front = path_.string() + ":";
        CHECK_THAT(all.front(), Catch::StartsWith(front));
        return all.front().substr(front.size());
    }

private:
    scratch_folder folder_;
    std::filesystem::path path_;
};

// The least that loads: what a test is about comes behind it.
inline const std::string device_api = "device-api: {listen: '127.0.0.1:8080'}\n";
inline const std::string provider = "provider: {library: memory}\n";
inline const std::string minimal = device_api + provider;
