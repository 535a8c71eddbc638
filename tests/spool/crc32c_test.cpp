#include "agent/spool/crc32c.h"

#include <doctest/doctest.h>

#include <random>
#include <string_view>
#include <vector>

namespace tapferry {
namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

TEST_CASE("CRC32C gives the values of RFC 3720, B.4") {
    std::vector<std::uint8_t> bytes(32, 0);
    CHECK(crc32c(bytes) == 0x8a9136aa);
    bytes.assign(32, 0xff);
    CHECK(crc32c(bytes) == 0x62a8ab43);
    for (std::uint8_t i = 0; i < 32; ++i) bytes[i] = i;
    CHECK(crc32c(bytes) == 0x46dd794e);
    for (std::uint8_t i = 0; i < 32; ++i) bytes[i] = static_cast<std::uint8_t>(31 - i);
    CHECK(crc32c(bytes) == 0x113fdb5c);
    CHECK(crc32c(bytes_of("123456789")) == 0xe3069283);
    CHECK(crc32c({}) == 0);
}

TEST_CASE("the processor's instruction and the table agree at every length and alignment") {
    std::mt19937 random(1);
    std::vector<std::uint8_t> bytes(4096 + 300);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    for (std::size_t from = 0; from < 9; ++from) {
        for (std::size_t length = 0; length < 300; ++length) {
            const auto part = std::span(bytes).subspan(from, length);
            REQUIRE(crc32c(part) == crc32c_by_table(part));
        }
    }
    // Long ones are taken in three stretches at a time.
    for (std::size_t length = 1500; length <= bytes.size(); ++length) {
        const auto part = std::span(bytes).first(length);
        REQUIRE(crc32c(part) == crc32c_by_table(part));
    }
}

}  // namespace tapferry
