#include "agent/stages/networks.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace tapferry {

namespace {

constexpr std::size_t longest_address = 45;  // characters

std::optional<IpAddress> parse_address_bytes(std::string_view text) {
    char terminated[longest_address + 1] = {};
    if (text.size() > longest_address || text.find('\0') != std::string_view::npos) return std::nullopt;
    text.copy(terminated, text.size());
    IpAddress address;
    if (::inet_pton(AF_INET, terminated, address.bytes.data()) == 1) {
        address.size = 4;
    } else if (::inet_pton(AF_INET6, terminated, address.bytes.data()) == 1) {
        address.size = 16;
    } else {
        return std::nullopt;
    }
    return address;
}

std::uint32_t bits_of(const IpAddress& address) {
    const auto& b = address.bytes;
    return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

}  // namespace

std::optional<Network> parse_network(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = parse_address_bytes(text.substr(0, slash));
    if (!address) return std::nullopt;
    const unsigned most = address->size * 8u;
    Network network{*address, static_cast<std::uint8_t>(most), slash == std::string_view::npos};
    if (network.is_one_address) return network;
    const std::string_view length = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), network.prefix);
    if (error != std::errc{} || end != length.data() + length.size() || network.prefix > most)
        return std::nullopt;
    return network;
}

NetworkSet::Range<std::uint32_t> NetworkSet::range_v4(const IpAddress& address, unsigned prefix) {
    const std::uint32_t host = prefix >= 32 ? 0 : ~std::uint32_t{0} >> prefix;
    return {bits_of(address) & ~host, bits_of(address) | host};
}

NetworkSet::Range<NetworkSet::V6> NetworkSet::range_v6(const IpAddress& address, unsigned prefix) {
    Range<V6> range{address.bytes, address.bytes};
    for (unsigned i = 0; i < 16; ++i) {
        const std::uint8_t host = host_bits(i, prefix);
        range.first[i] = static_cast<std::uint8_t>(range.first[i] & ~host);
        range.last[i] = static_cast<std::uint8_t>(range.last[i] | host);
    }
    return range;
}

void NetworkSet::add(const Network& network) {
    if (network.address.is_v6())
        v6_.push_back(range_v6(network.address, network.prefix));
    else
        v4_.push_back(range_v4(network.address, network.prefix));
}

// Networks lie side by side or one within the other, so what is left needs one look.
template <typename Bits>
void NetworkSet::merge(std::vector<Range<Bits>>& ranges) {
    std::sort(ranges.begin(), ranges.end(), [](const Range<Bits>& a, const Range<Bits>& b) {
        return a.first != b.first ? a.first < b.first : a.last > b.last;
    });
    const auto inside_the_one_before = [](const Range<Bits>& a, const Range<Bits>& b) {
        return b.last <= a.last;
    };
    ranges.erase(std::unique(ranges.begin(), ranges.end(), inside_the_one_before), ranges.end());
    ranges.shrink_to_fit();
}

void NetworkSet::finish() {
    merge(v4_);
    merge(v6_);
}

template <typename Bits>
bool NetworkSet::covers(const std::vector<Range<Bits>>& ranges, const Range<Bits>& wanted) {
    const auto behind =
        std::upper_bound(ranges.begin(), ranges.end(), wanted.first,
                         [](const Bits& bits, const Range<Bits>& range) { return bits < range.first; });
    return behind != ranges.begin() && wanted.last <= std::prev(behind)->last;
}

bool NetworkSet::contains(const IpAddress& address, unsigned prefix) const {
    if (!address.present()) return false;
    return address.is_v6() ? covers(v6_, range_v6(address, prefix)) : covers(v4_, range_v4(address, prefix));
}

bool NetworkSet::contains(const IpAddress& address) const {
    if (!address.present()) return false;
    if (address.is_v6()) return covers(v6_, {address.bytes, address.bytes});
    const std::uint32_t bits = bits_of(address);
    return covers(v4_, {bits, bits});
}

}  // namespace tapferry
