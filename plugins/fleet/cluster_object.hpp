// The objects in what kubectl prints, before they are checked: which they are, and without what a cluster
// keeps in them for itself.
#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

class findings;

// Texts are empty where there is none, or something else.
struct cluster_object {
    boost::json::object root;
    std::uint32_t line = 1;
    std::string kind;
    std::string ns;
    std::string name;
};

// All of a text, lists taken apart.
std::vector<cluster_object> cluster_objects(const std::string& file, std::string_view text, findings& found);

// Of a kind that a fleet has; of one that is no loss, such as Namespace; a ConfigMap or Secret that
// Kubernetes, OpenShift, Helm or Flotta has made for itself.
bool is_fleet_kind(const cluster_object& object);
bool is_passing_kind(const cluster_object& object);
bool is_system_object(const cluster_object& object);

// Takes out `status`, and of `metadata` what means something in its cluster alone.
void strip_cluster_fields(cluster_object& object);

// The map at `path` below `from`, or null.
const boost::json::object* map_at(const boost::json::object& from,
                                  std::initializer_list<std::string_view> path);

// The text of a member; empty if it has none.
std::string text_at(const boost::json::object* from, std::string_view member);

} // namespace edgeconf::fleet
