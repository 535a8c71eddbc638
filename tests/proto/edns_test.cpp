#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "proto/dns_message.h"
#include "proto/edns.h"
#include "tests/proto/wire_builder.h"

using namespace tapferry;
using namespace tapferry::test;

namespace {

// A response with one OPT record of these options, kept so that views into it stay good.
struct OptMessage {
    Bytes bytes;
    dns::Message message;

    explicit OptMessage(std::string_view options_hex, std::string_view ttl_hex = "00000000") {
        const Bytes options = from_hex(options_hex);
        DnsBuilder builder("8180", 0, 0, 0, 1);
        builder.hex("00 0029 04d0").hex(ttl_hex);
        append(builder.bytes, Bytes{0, static_cast<std::uint8_t>(options.size())});
        append(builder.bytes, options);
        bytes = builder.bytes;
        message.parse(bytes);
    }
    [[nodiscard]] const dns::Edns& edns() const { return message.edns; }
};

}  // namespace

TEST_CASE(
    "OPT gives size, version, DO and the upper bits of the response code, and is no additional record") {
    const OptMessage opt("", "01028000");
    CHECK(opt.message.malformed == nullptr);
    CHECK(opt.message.has_edns);
    CHECK(opt.message.additional.empty());
    CHECK(opt.edns().udp_size == 1232);
    CHECK(opt.edns().version == 2);
    CHECK(opt.edns().dnssec_ok);
    CHECK(opt.message.rcode == 16);
}

TEST_CASE("a client subnet is shown with its bits behind the prefix cleared") {
    const OptMessage v4("0008 0007 0001 14 18 c0 00 ff");
    REQUIRE(v4.edns().has_client_subnet);
    CHECK(v4.edns().client_subnet_family == 1);
    CHECK(v4.edns().client_subnet_source_prefix == 20);
    CHECK(v4.edns().client_subnet_scope_prefix == 24);
    CHECK(v4.edns().client_subnet_address[2] == 0xF0);
    CHECK(v4.edns().client_subnet_address[3] == 0);
    const OptMessage v6("0008 000b 0002 38 00 20010db8010203");
    REQUIRE(v6.edns().has_client_subnet);
    CHECK(v6.edns().client_subnet_address[6] == 3);
    const OptMessage none("0008 0004 0001 00 00");
    CHECK(none.edns().has_client_subnet);
}

TEST_CASE("an unsound client subnet is left out") {
    for (const auto* hex : {"0008 0003 000118", "0008 0008 0001 18 00 c0000201", "0008 0006 0001 18 00 c000",
                            "0008 0009 0001 28 00 c000020101", "0008 0007 0003 18 00 c00002",
                            "0008 0004 0000 00 00", "0008 0007 0001 18 21 c00002"}) {
        const OptMessage opt(hex);
        CHECK_FALSE(opt.edns().has_client_subnet);
        CHECK(opt.message.malformed == nullptr);
    }
}

TEST_CASE("NSID, cookie, padding and extended errors are read as opaque bytes") {
    const OptMessage opt(
        "0003 0002 6e31  000a 0008 0102030405060708  000c 0003 000000  000f 0004 0012 4e4f  000f 0002 0003");
    CHECK(opt.edns().nsid == "n1");
    CHECK(opt.edns().cookie_length == 8);
    CHECK(opt.edns().has_padding);
    CHECK(opt.edns().padding_length == 3);
    REQUIRE(opt.edns().errors.size() == 2);
    CHECK(opt.edns().errors[0].code == 18);
    CHECK(opt.edns().errors[0].text == "NO");
    CHECK(opt.edns().errors[1].code == 3);
    CHECK(opt.edns().errors[1].text.empty());
}

TEST_CASE("an option that breaks off is a fault, and what stood before it is kept") {
    for (const auto* hex : {"0003 0001 61 000f", "0003 0001 61 000f 0003 0001"}) {
        const OptMessage opt(hex);
        REQUIRE(opt.message.malformed != nullptr);
        CHECK(opt.message.malformed == std::string("EDNS option breaks off"));
        CHECK(opt.edns().nsid == "a");
    }
}

TEST_CASE("a second OPT, or one that the root does not own, stays an additional record") {
    dns::Message message;
    const auto two =
        DnsBuilder("8180", 0, 0, 0, 2).hex("00 0029 04d0 00000000 0000 00 0029 1000 01000000 0000").bytes;
    message.parse(two);
    CHECK(message.edns.udp_size == 1232);
    CHECK(message.rcode == 0);
    CHECK(message.additional.size() == 1);
    const auto owned = DnsBuilder("8180", 0, 0, 0, 1).hex("0161 00 0029 04d0 00000000 0000").bytes;
    message.parse(owned);
    CHECK_FALSE(message.has_edns);
    CHECK(message.additional.size() == 1);
}

TEST_CASE("of extended errors the first 64 are kept") {
    std::string options;
    for (int i = 0; i < 42; ++i) options += "000f 0002 0016";
    CHECK(OptMessage(options).edns().errors.size() == 42);
    const Bytes many = [] {
        Bytes bytes;
        for (int i = 0; i < 100; ++i) append(bytes, from_hex("000f 0002 0016"));
        return bytes;
    }();
    DnsBuilder builder("8180", 0, 0, 0, 1);
    builder.hex("00 0029 04d0 00000000 0258");
    append(builder.bytes, many);
    dns::Message message;
    message.parse(builder.bytes);
    CHECK(message.malformed == nullptr);
    CHECK(message.edns.errors.size() == 64);
}

TEST_CASE("options that have no field of their own are found again, in order, up to one that breaks off") {
    const OptMessage opt("fde9 0002 00ff 0003 0001 61 000b 0000 fde9 0001 01");
    CHECK(opt.edns().other_options == 3);
    std::vector<std::pair<std::uint16_t, std::size_t>> found;
    const auto take = [&](std::uint16_t code, dns::Wire octets) { found.emplace_back(code, octets.size()); };
    dns::each_other_option(opt.edns(), 8, take);
    CHECK(found == std::vector<std::pair<std::uint16_t, std::size_t>>{{65001, 2}, {11, 0}, {65001, 1}});
    found.clear();
    dns::each_other_option(opt.edns(), 1, take);
    CHECK(found.size() == 1);
    const OptMessage broken("fde9 0000 fde9 0009 01");
    found.clear();
    dns::each_other_option(broken.edns(), 8, take);
    CHECK(found.size() == 1);
    const OptMessage known("0003 0001 61");
    CHECK(known.edns().other_options == 0);
}

TEST_CASE("the flags of EDNS beside DO are kept") {
    const OptMessage opt("", "0000ffff");
    CHECK(opt.edns().dnssec_ok);
    CHECK(opt.edns().compact_ok());
    CHECK(opt.edns().reserved_flags() == 0x3FFF);
    const OptMessage none("", "00008000");
    CHECK(none.edns().dnssec_ok);
    CHECK_FALSE(none.edns().compact_ok());
    CHECK(none.edns().reserved_flags() == 0);
}
