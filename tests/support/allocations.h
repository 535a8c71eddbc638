// What operator new was asked for. allocations.cpp replaces it, so it is a source of the binaries that count,
// never of a library. For tests of one thread.
#pragma once

#include <cstddef>

namespace tapferry::test {

// Since the process began; what is given back counts too.
struct Allocations {
    std::size_t count = 0;
    std::size_t bytes = 0;
};
const Allocations& allocations();

}  // namespace tapferry::test
