#include "agent/stages/networks.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

namespace tapferry {
namespace {

IpAddress address(std::string_view text) {
    return parse_network(text).value().address;
}

TEST_CASE("a network is an address, with or without a prefix length that fits it") {
    for (const std::string_view text : {"0.0.0.0/0", "10.0.0.0/8", "192.0.2.1", "192.0.2.1/32", "::/0",
                                        "2001:db8::/32", "2001:db8::1/128", "::ffff:192.0.2.1"}) {
        CAPTURE(text);
        CHECK(parse_network(text));
    }
    for (const std::string_view text :
         {"", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8 ", "10/8", "::/129", "a",
          "10.0.0.0/8/8", "10.0.0.0/255.0.0.0", "10.0.0.256"}) {
        CAPTURE(text);
        CHECK(!parse_network(text));
    }
    CHECK(!parse_network(std::string_view("10.0.0.1\0", 9)));
}

TEST_CASE("an address is inside when one of the networks holds it, each family for itself") {
    NetworkSet set;
    for (const std::string_view text : {"10.0.0.0/8", "10.1.0.0/16", "192.0.2.7", "2001:db8::/33", "::/127"})
        set.add(parse_network(text).value());
    set.finish();
    for (const std::string_view text :
         {"10.0.0.0", "10.255.255.255", "192.0.2.7", "2001:db8:7fff::1", "::1"}) {
        CAPTURE(text);
        CHECK(set.contains(address(text)));
    }
    for (const std::string_view text :
         {"9.255.255.255", "11.0.0.0", "192.0.2.6", "192.0.2.8", "2001:db8:8000::", "::2", "0.0.0.1"}) {
        CAPTURE(text);
        CHECK(!set.contains(address(text)));
    }
    CHECK(!set.contains(IpAddress{}));
    CHECK(set.contains(address("10.1.0.0"), 16));
    CHECK(!set.contains(address("10.0.0.0"), 7));
}

TEST_CASE("a set answers as a look at each network does") {
    std::mt19937 random(3);
    const auto bits = [&](unsigned count) { return random() >> (32 - count); };
    NetworkSet set;
    std::vector<Network> all;
    for (int i = 0; i < 300; ++i) {
        Network network;
        network.address.size = bits(1) == 0 ? 4 : 16;
        for (unsigned b = 0; b < network.address.size; ++b)
            network.address.bytes[b] = static_cast<std::uint8_t>(bits(2) << 6);
        network.prefix = static_cast<std::uint8_t>(bits(3) + 1);
        all.push_back(network);
        set.add(network);
    }
    set.finish();
    for (int i = 0; i < 5'000; ++i) {
        IpAddress asked;
        asked.size = bits(1) == 0 ? 4 : 16;
        for (unsigned b = 0; b < asked.size; ++b) asked.bytes[b] = static_cast<std::uint8_t>(bits(8));
        const bool inside = std::any_of(all.begin(), all.end(), [&](const Network& network) {
            return network.address.size == asked.size &&
                   (network.address.bytes[0] ^ asked.bytes[0]) >> (8 - network.prefix) == 0;
        });
        REQUIRE(set.contains(asked) == inside);
    }
}

}  // namespace
}  // namespace tapferry
