#!/bin/sh
# vendor_testing.sh BUILD-DIRECTORY SCRATCH
#
# A vendor's test in C++, with nothing but what is installed of BUILD-DIRECTORY: it links edgeconf::testing of the
# package, finds edgeconf on the PATH, and has the memory provider served. CMAKE names the tool; SCRATCH is wiped.
set -eu

build=$1
scratch=$2
rm -rf "$scratch"
mkdir -p "$scratch/work"
stage=$scratch/stage

for component in plugin-api runtime; do
  "$CMAKE" --install "$build" --component "$component" --prefix "$stage" > "$scratch/output"
done

cat > "$scratch/work/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(vendor LANGUAGES CXX)
find_package(EdgeconfPluginApi 1.0 CONFIG REQUIRED)
add_executable(serves serves.cpp)
target_compile_options(serves PRIVATE -std=c++11 -Wall -Wextra -Wpedantic -Werror)
target_link_libraries(serves PRIVATE edgeconf::testing)
END
cat > "$scratch/work/serves.cpp" <<'END'
#include <ecp/testing.h>

#include <cstdio>

int main() {
    char why[1000];
    ecp_test_host_options options{};
    options.provider = "memory";
    ecp_test_host* host = ecp_test_host_start(&options, why, sizeof why);
    if (host == nullptr) {
        std::fputs(why, stderr);
        return 1;
    }
    std::puts(ecp_test_host_url(host));
    return ecp_test_host_stop(host);
}
END
unset EDGECONF EdgeconfPluginApi_DIR EdgeconfPluginApi_ROOT
export CMAKE_PREFIX_PATH="$stage" PATH="$stage/bin:$PATH"
"$CMAKE" -S "$scratch/work" -B "$scratch/work/build" > "$scratch/output"
"$CMAKE" --build "$scratch/work/build" > "$scratch/output" || {
  cat "$scratch/output" >&2
  exit 1
}
url=$("$scratch/work/build/serves")
case $url in
  http://127.0.0.1:*[0-9]) ;;
  *)
    echo "install.vendor-testing: '$url' is no address" >&2
    exit 1
    ;;
esac
