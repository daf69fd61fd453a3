// The one place that names Catch2's header: Debian has 2.13, and 3 spells it otherwise.
#pragma once

#include <catch2/catch.hpp>
