# find_package(EdgeconfPluginApi 1.0 CONFIG): ecp_add_provider(), and the targets edgeconf::plugin-api (the headers)
# and edgeconf::testing (a host for a provider's tests).
include("${CMAKE_CURRENT_LIST_DIR}/EdgeconfPluginApiTargets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/EcpAddProvider.cmake")
