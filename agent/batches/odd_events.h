// How many events had a time or an address that the server cannot have meant (Event::oddities), in all frames
// that a route has read; those read again count again. Counted by BatchFiller, shown by the admin listener.
#pragma once

#include <cstdint>

namespace tapferry {

struct OddEvents {
    std::uint64_t times = 0;
    std::uint64_t addresses = 0;

    void add(const OddEvents& more) {
        times += more.times;
        addresses += more.addresses;
    }
};

}  // namespace tapferry
