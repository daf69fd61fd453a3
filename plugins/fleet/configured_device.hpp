// A device as far as its configuration depends on it, and the graph in which the renderer keeps it.
#pragma once

#include "fleet/label_map.hpp"
#include "fleet/objects.hpp"
#include "fleet/part.hpp"
#include "fleet/shared_body.hpp"

#include <boost/intrusive/list.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace edgeconf::fleet {

// Names the EdgeDeviceSet that a device is a member of (R22).
inline constexpr std::string_view set_label = "flotta/member-of";

namespace render_graph {

// A hook leaves its list with the object that has it, so no list ever names what is gone.
template <class Tag>
using hook = boost::intrusive::list_base_hook<boost::intrusive::tag<Tag>,
                                              boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
template <class T, class Tag>
using list = boost::intrusive::list<T, boost::intrusive::base_hook<hook<Tag>>,
                                    boost::intrusive::constant_time_size<false>>;

struct in_body;
struct in_namespace;
struct in_queue;
struct body_node;

// One part, with what is rendered from it.
struct part_node : hook<in_queue> {
    object_key owner = {};                           // for its problems: whose settings, which workload
    std::shared_ptr<const edge_workload> workload;   // of a workload's part
    std::shared_ptr<const device_settings> settings; // of any other
    part current;                                    // empty until it is rendered
    boost::unordered_flat_set<body_node*> users;
    problem_list told;        // its problems, as last told
    bool told_needed = false; // when a device needed it

    bool stale() const noexcept { return hook<in_queue>::is_linked(); }
};

} // namespace render_graph

// The owner fills in the first members and tells the renderer of every change; the rest is the renderer's.
struct configured_device : render_graph::hook<render_graph::in_body>,
                           render_graph::hook<render_graph::in_namespace>,
                           render_graph::hook<render_graph::in_queue> {
    std::string id;
    std::string ns;
    label_map labels;
    std::shared_ptr<const device_settings> settings; // its own; null: none given

    render_graph::body_node* body = nullptr;
    bool unsettled = false; // its settings and workloads have to be chosen anew
};

namespace render_graph {

// What devices with the same settings and workloads have in common.
struct body_node : hook<in_queue> {
    part_node* settings = nullptr;
    std::vector<part_node*> workloads;
    list<configured_device, in_body> devices;
    std::size_t device_count = 0;
    std::shared_ptr<const shared_body> made;    // null while one of its parts has problems
    std::shared_ptr<const std::string> problem; // these, in short; null without any

    bool stale() const noexcept { return hook<in_queue>::is_linked(); }
};

} // namespace render_graph

} // namespace edgeconf::fleet
