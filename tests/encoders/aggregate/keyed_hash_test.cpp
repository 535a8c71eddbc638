#include "encoders/aggregate/keyed_hash.h"

#include <doctest/doctest.h>

#include <string>

namespace tapferry {

TEST_CASE("SipHash-2-4 is what its authors' vectors say") {
    constexpr HashKey key{0x0706050403020100, 0x0F0E0D0C0B0A0908};
    std::string bytes;
    for (char c = 0; c < 15; ++c) bytes.push_back(c);
    const auto hash = [&](std::size_t length) { return sip_hash<2, 4>(key, bytes.substr(0, length)); };
    CHECK(hash(0) == 0x726FDB47DD0E0E31);
    CHECK(hash(1) == 0x74F839C593DC67FD);
    CHECK(hash(8) == 0x93F5F5799A932462);
    CHECK(hash(15) == 0xA129CA6149BE45E5);
}

TEST_CASE("no two secrets are the same, and each hashes differently") {
    const HashKey one = HashKey::secret();
    const HashKey other = HashKey::secret();
    CHECK(one.first != other.first);
    CHECK(one.second != other.second);
    CHECK(sip_hash(one, "www.example.test") != sip_hash(other, "www.example.test"));
}

}  // namespace tapferry
