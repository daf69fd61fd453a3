// A fleet in an LDAP directory, which others write to as well.
//
// An entry is the unit of everything: what is read of one is taken over or left out for itself, and what is
// written is one modification of one, refused by the server if another host has been there since. Events,
// when devices were heard last, and last good configurations are not kept.
#pragma once

#include "ldap/device_entries.hpp"
#include "ldap/device_writer.hpp"
#include "ldap/entry.hpp"
#include "ldap/exporter.hpp"
#include "ldap/kept_session.hpp"
#include "ldap/listener.hpp"
#include "ldap/noted_changes.hpp"
#include "ldap/object_entries.hpp"
#include "ldap/object_writer.hpp"
#include "ldap/settings.hpp"

#include "fleet/shared_store.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edgeconf::ldap {

// Threads as fleet::store says, and one of its own for each part of the directory that it follows. No
// operation is waited for longer than operation-timeout, and on the writer's than write-timeout; save() and
// tend() end within twenty times that.
class directory final : public fleet::shared_store {
public:
    explicit directory(settings settings);
    ~directory() override;

    fleet::kept_parts keeps() const override { return {false, false}; }

    // Connects, and makes the containers that are missing.
    void open() override;
    const std::vector<std::string>& remarks() const override { return remarks_; }

    // Fails while an object's entry cannot be used: without it devices would remove what it says.
    void load(fleet::store_visitor& to) override;
    void save(const fleet::unsaved_changes& changes) override;
    void recover() override;
    void tend() override;
    std::string page(std::string_view from, fleet::store_visitor& to,
                     const std::function<bool()>& enough) override;
    std::filesystem::path upload_file() const override;
    std::uint64_t size() const override { return 0; }

    void follow(fleet::news_sinks sinks) override;
    void take_news(fleet::news_visitor& to) override;
    std::vector<std::string> take_overtaken() override { return std::exchange(overtaken_, {}); }
    std::vector<fleet::manifest_file> manifests() override { return objects_.all(); }
    fleet::following_state state() override;

private:
    using writing = std::function<void(session&, write_outcome&)>;

    void make_container(session& over, const std::string& dn, const char* name);
    void load_objects(fleet::store_visitor& to);
    bool read_anew();
    std::vector<std::string> write(const writing& work);
    void take_words_back(session& over);
    void keep(write_outcome&& outcome);

    const settings settings_;
    const std::uint64_t writer_; // this process, in revisions
    std::filesystem::path upload_folder_;
    std::vector<std::string> remarks_;
    fleet::news_sinks sinks_;

    object_entries objects_;
    noted_changes noted_{objects_}; // by the listeners, for the writer

    // The writer's.
    kept_session session_;
    device_entries devices_;
    device_writer device_writer_;
    object_writer object_writer_;
    std::vector<std::string> overtaken_;
    write_outcome failed_; // that the model has not heard of

    std::unique_ptr<exporter> exporter_; // the manifests' reader's

    // Last, so that their threads end first.
    std::unique_ptr<listener> fleet_;
    std::unique_ptr<listener> inventory_; // null: there is none
};

} // namespace edgeconf::ldap
