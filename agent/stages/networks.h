// IPv4 and IPv6 networks as operators write them, and sets of them that say in a few steps whether an address
// is inside. Used by the filter, by expressions, by match lists and by the privacy stage.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "proto/event.h"

namespace tapferry {

struct Network {
    IpAddress address;           // with the bits behind the prefix as written
    std::uint8_t prefix = 0;     // 0 to 32, or to 128
    bool is_one_address = true;  // it was written without "/"
};

// The bits of the address's octet `index` that lie behind the prefix.
constexpr std::uint8_t host_bits(unsigned index, unsigned prefix) {
    const unsigned kept = std::clamp(prefix, index * 8, index * 8 + 8) - index * 8;
    return static_cast<std::uint8_t>(0xFFu >> kept);
}

// "192.0.2.0/24", "2001:db8::/32", or an address alone. None: it is neither.
std::optional<Network> parse_network(std::string_view text);

class NetworkSet {
  public:
    void add(const Network& network);
    // Called once, behind the last add() and before the first contains().
    void finish();
    [[nodiscard]] bool contains(const IpAddress& address) const;
    // Whether every address of the network with this prefix length is inside.
    [[nodiscard]] bool contains(const IpAddress& address, unsigned prefix) const;
    [[nodiscard]] bool empty() const { return v4_.empty() && v6_.empty(); }

  private:
    using V6 = std::array<std::uint8_t, 16>;
    // From first to last, both inside.
    template <typename Bits>
    struct Range {
        Bits first;
        Bits last;
    };
    template <typename Bits>
    static void merge(std::vector<Range<Bits>>& ranges);
    template <typename Bits>
    static bool covers(const std::vector<Range<Bits>>& ranges, const Range<Bits>& wanted);
    static Range<std::uint32_t> range_v4(const IpAddress& address, unsigned prefix);
    static Range<V6> range_v6(const IpAddress& address, unsigned prefix);

    std::vector<Range<std::uint32_t>> v4_;  // in order, none touching another
    std::vector<Range<V6>> v6_;
};

}  // namespace tapferry
