// What holds for every input: a fuzzer stops where it does not.
#pragma once

#include <cstdio>
#include <cstdlib>

// Ends the process with the place and the words of the property that was broken.
#define HOLDS(property)                                                                                      \
    do {                                                                                                     \
        if (!(property)) {                                                                                   \
            std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #property);               \
            std::abort();                                                                                    \
        }                                                                                                    \
    } while (false)
