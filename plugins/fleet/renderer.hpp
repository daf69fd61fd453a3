// Keeps every device's configuration rendered: knows what each of them is made of, and renders again just
// what depends on a change.
//
//   object ──▶ parts that refer to it ──▶ bodies that hold these parts ──▶ devices with that body
//
// Few things are rendered for many devices: those with the same settings and the same workloads have one
// body in common.
#pragma once

#include "fleet/configured_device.hpp"
#include "fleet/fragment.hpp"
#include "fleet/objects.hpp"
#include "fleet/workload_selection.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace edgeconf::fleet {

// Something that could not be rendered, or can be again.
struct broken_part {
    object_key owner;
    problem_list problems; // empty: mended
    std::size_t devices;   // that have it in their configuration
};

// One thread at a time. Devices are borrowed until remove(). After a change, work() has to be called until it
// has nothing left to do; until then a device has what it had before, whole.
class renderer {
public:
    // Called when a device's body may be another one, or may have become one or none. Must not call back.
    using publish_sink = std::function<void(configured_device&)>;
    // Called once for each part and change, when all that depends on it is published. Must not call back.
    using broken_sink = std::function<void(const broken_part&)>;

    renderer(publish_sink publish, broken_sink tell);
    ~renderer();
    renderer(const renderer&) = delete;
    renderer& operator=(const renderer&) = delete;

    // Put replaces what has the same name. A changed selector, and a set that comes, cost a look at each
    // device of the namespace; everything else, what depends on it.
    void put(std::shared_ptr<const edge_device_set> set);
    void put(std::shared_ptr<const edge_workload> workload);
    void put(std::shared_ptr<const config_map> map);
    void put(std::shared_ptr<const secret> secret);
    void remove(const object_key& key);
    const configuration_objects& objects() const noexcept { return objects_; }

    void add(configured_device& device);
    void changed(configured_device& device); // anything but its id and namespace
    void remove(configured_device& device);

    // Renders what this device needs, and publishes it before returning.
    void render_now(configured_device& device);

    // Does up to `steps` small steps of what is to be done; false when nothing is left.
    bool work(std::size_t steps);

    std::size_t broken_parts() const noexcept { return broken_; }

private:
    using part_node = render_graph::part_node;
    using body_node = render_graph::body_node;

    struct own_settings_key {
        std::string ns;
        std::shared_ptr<const device_settings> settings;
        bool operator<(const own_settings_key& other) const {
            return ns != other.ns ? ns < other.ns : *settings < *other.settings;
        }
    };
    struct body_key {
        const part_node* settings;
        std::vector<part_node*> workloads;
        auto operator<=>(const body_key&) const = default;
    };
    using device_list = render_graph::list<configured_device, render_graph::in_namespace>;

    bool step();
    void render(part_node& node);
    void settle(configured_device& device);
    void assemble_body(body_node& node);
    void tell_broken();

    part_node& settings_of(const configured_device& device);
    body_node& body_of(const configured_device& device);
    void enter_body(configured_device& device, body_node& node);
    void leave_body(configured_device& device);
    void refer(part_node& node, const reference_set& used);
    void drop_if_unused(part_node& node);

    void mark_stale(part_node& node);
    void mark_stale(body_node& node);
    void mark_referrers(const object_key& key);
    void unsettle(configured_device& device);
    void unsettle_users(const part_node& node);

    const publish_sink publish_;
    const broken_sink tell_;

    configuration_objects objects_;
    workload_selection selection_;
    fragment_pool fragments_;

    std::map<object_key, std::set<part_node*>> referrers_;
    std::map<object_name, part_node> set_parts_;
    std::map<own_settings_key, part_node> own_parts_;
    std::map<object_name, part_node> workload_parts_;
    std::map<body_key, body_node> bodies_;
    std::map<std::string, device_list> namespaces_;

    render_graph::list<part_node, render_graph::in_queue> stale_parts_;
    render_graph::list<configured_device, render_graph::in_queue> unsettled_;
    render_graph::list<body_node, render_graph::in_queue> stale_bodies_;
    render_graph::list<configured_device, render_graph::in_queue> unpublished_;
    std::set<part_node*> untold_; // problems have come, gone or changed
    std::size_t broken_ = 0;
};

} // namespace edgeconf::fleet
