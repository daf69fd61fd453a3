# find_package(EdgeconfPluginApi 1.0 CONFIG): the target edgeconf::plugin-api and ecp_add_provider().
include("${CMAKE_CURRENT_LIST_DIR}/EdgeconfPluginApiTargets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/EcpAddProvider.cmake")
