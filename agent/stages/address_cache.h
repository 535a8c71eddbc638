// What was found out about an address, for the addresses met last: a table of fixed size in which a newcomer
// takes the place of one other. Used by the stages that ask something dear about an address.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "proto/event.h"

namespace tapferry {

template <typename Value>
class AddressCache {
  public:
    explicit AddressCache(unsigned places_log2)
        : entries_(std::size_t{1} << places_log2), shift_(64 - places_log2) {}

    // `find` is called with the address when it is not there.
    template <typename Find>
    const Value& get(const IpAddress& address, Find find) {
        Entry& entry = entries_[hash(address) >> shift_];
        if (!(entry.address == address)) {
            entry.value = find(address);
            entry.address = address;
        }
        return entry.value;
    }

  private:
    struct Entry {
        IpAddress address;  // absent: the place is free
        Value value;
    };
    static std::uint64_t hash(const IpAddress& address) {
        std::uint64_t halves[2];
        std::memcpy(halves, address.bytes.data(), sizeof halves);
        return (halves[0] * 0x9E3779B97F4A7C15 ^ halves[1]) * 0xFF51AFD7ED558CCD;
    }

    std::vector<Entry> entries_;
    unsigned shift_;
};

}  // namespace tapferry
