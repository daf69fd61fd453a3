// The groups of checks, each in a file of its own.
#pragma once

#include "check/check.hpp"

#include <span>

namespace edgeconf::check {

std::span<const check> elf_checks();
std::span<const check> load_checks();
std::span<const check> table_checks();
std::span<const check> time_machine_checks();
std::span<const check> options_checks();
std::span<const check> life_checks();
std::span<const check> completion_checks();
std::span<const check> deadline_checks();
std::span<const check> concurrency_checks();
std::span<const check> domain_checks();
std::span<const check> resources_checks();
std::span<const check> shutdown_checks();
std::span<const check> logging_checks();
std::span<const check> fuzz_checks();

} // namespace edgeconf::check
