# ecp_add_provider(NAME SOURCES file...)
#
# Makes NAME.so, a provider for the edgeconf host: hidden symbols but for the entry, everything
# resolved at load, never unloaded. Link further libraries with target_link_libraries as usual.
function(ecp_add_provider name)
  set(map "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/provider.map")
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES")
  if(NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "ecp_add_provider(${name}): use ecp_add_provider(NAME SOURCES file...)")
  endif()
  add_library(${name} MODULE ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".so"
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS "${map}")
  target_link_libraries(${name} PRIVATE edgeconf::plugin-api)
  # A sanitizer's runtime lives in the host: its symbols may stay open until the load.
  get_property(options DIRECTORY PROPERTY COMPILE_OPTIONS)
  if(NOT "${options} ${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize=")
    target_link_options(${name} PRIVATE LINKER:-z,defs)
  endif()
  target_link_options(${name} PRIVATE
    LINKER:-z,now LINKER:-z,relro LINKER:-z,nodelete LINKER:--version-script=${map})
endfunction()
