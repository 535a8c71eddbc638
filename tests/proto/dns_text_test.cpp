#include "proto/dns_text.h"

#include <doctest/doctest.h>

#include <limits>

#include "tests/proto/wire_builder.h"

using namespace tapferry;
using namespace tapferry::test;

namespace {

std::string address(std::string_view hex) {
    const Bytes bytes = from_hex(hex);
    IpAddress ip;
    ip.size = static_cast<std::uint8_t>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), ip.bytes.begin());
    return text_of([&](TextBuffer& text) { append_address(text, ip); });
}

std::string decimal(std::uint64_t value) {
    return text_of([&](TextBuffer& text) { append_decimal(text, value); });
}

std::string rfc3339(std::int64_t seconds, std::uint32_t nanoseconds, unsigned digits) {
    return text_of([&](TextBuffer& text) { append_rfc3339(text, {seconds, nanoseconds}, digits); });
}

std::string unix_time(std::int64_t seconds, std::uint32_t nanoseconds, unsigned digits) {
    return text_of([&](TextBuffer& text) { append_unix_time(text, {seconds, nanoseconds}, digits); });
}

std::string opaque(std::string_view bytes, std::size_t max) {
    return text_of([&](TextBuffer& text) { append_opaque(text, bytes, max); });
}

}  // namespace

TEST_CASE("opaque bytes are cut at the limit, and never inside an escape") {
    CHECK(opaque("abc", 3) == "abc");
    CHECK(opaque("abcd", 3) == "abc");
    CHECK(opaque("a\nb", 6) == "a\\010b");
    CHECK(opaque("a\nb", 5) == "a\\010");
    for (const std::size_t max : {1u, 2u, 3u, 4u}) CHECK(opaque("a\nb", max) == "a");
    CHECK(opaque("\\", 4) == "\\092");
    CHECK(opaque("\\", 3).empty());
    CHECK(opaque("abc", 0).empty());
    CHECK(opaque(std::string(300, 'x'), max_opaque_text).size() == 255);
    CHECK(opaque(std::string(300, '\0'), max_opaque_text).size() == 252);
}

TEST_CASE("every byte becomes printable ASCII in names, strings and opaque text") {
    for (unsigned c = 0; c < 256; ++c) {
        const std::string byte(1, static_cast<char>(c));
        const Bytes wire = [&] {
            Bytes bytes = label(byte);
            bytes.push_back(0);
            return bytes;
        }();
        const auto as_name = text_of([&](TextBuffer& text) { append_name(text, wire, 0); });
        const auto as_string = text_of([&](TextBuffer& text) { append_character_string(text, byte); });
        for (const char written : as_name + as_string + opaque(byte, 255)) {
            CHECK(written >= 0x20);
            CHECK(written <= 0x7E);
        }
        CHECK((as_name.size() == 1 || as_name.size() == 4));
    }
}

TEST_CASE("integers have no leading zeros and every length") {
    CHECK(decimal(0) == "0");
    CHECK(decimal(9) == "9");
    CHECK(decimal(10) == "10");
    CHECK(decimal(99) == "99");
    CHECK(decimal(100) == "100");
    CHECK(decimal(65535) == "65535");
    CHECK(decimal(1000000007) == "1000000007");
    CHECK(decimal(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}

TEST_CASE("an IPv4 address is a dotted quad") {
    CHECK(address("00000000") == "0.0.0.0");
    CHECK(address("c0000201") == "192.0.2.1");
    CHECK(address("ffffffff") == "255.255.255.255");
    CHECK(address("0a630a64") == "10.99.10.100");
    CHECK(address("").empty());
}

TEST_CASE("an IPv6 address is written by RFC 5952") {
    CHECK(address("00000000000000000000000000000000") == "::");
    CHECK(address("00000000000000000000000000000001") == "::1");
    CHECK(address("20010db8000000000000000000000000") == "2001:db8::");
    CHECK(address("20010db8000000000000000000000001") == "2001:db8::1");
    CHECK(address("20010db8000000000001000000000001") == "2001:db8::1:0:0:1");
    CHECK(address("20010db8000000010001000100010001") == "2001:db8:0:1:1:1:1:1");
    CHECK(address("20010000000000010000000000000001") == "2001:0:0:1::1");
    CHECK(address("00010002000300040005000600070000") == "1:2:3:4:5:6:7:0");
    CHECK(address("00000002000300040005000600070008") == "0:2:3:4:5:6:7:8");
    CHECK(address("00010000000000000000000600070008") == "1::6:7:8");
    CHECK(address("fe80000000000000abcdef0123456789") == "fe80::abcd:ef01:2345:6789");
    CHECK(address("00000000000000000000ffffc0000201") == "::ffff:192.0.2.1");
    CHECK(address("0000000000000000ffff0000c0000201") == "::ffff:0:c000:201");
    CHECK(address("ffffffffffffffffffffffffffffffff") == "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

TEST_CASE("times are UTC with as many digits as asked for, cut and not rounded") {
    CHECK(rfc3339(0, 0, 0) == "1970-01-01T00:00:00Z");
    CHECK(rfc3339(1795209822, 143733000, 6) == "2026-11-20T21:23:42.143733Z");
    CHECK(rfc3339(1795209822, 143733999, 6) == "2026-11-20T21:23:42.143733Z");
    CHECK(rfc3339(1795209822, 1, 9) == "2026-11-20T21:23:42.000000001Z");
    CHECK(rfc3339(1795209822, 999999999, 1) == "2026-11-20T21:23:42.9Z");
    CHECK(rfc3339(1795209822, 999999999, 3) == "2026-11-20T21:23:42.999Z");
    CHECK(rfc3339(951782399, 0, 3) == "2000-02-28T23:59:59.000Z");
    CHECK(rfc3339(951782400, 0, 0) == "2000-02-29T00:00:00Z");
    CHECK(rfc3339(4107542399, 0, 0) == "2100-02-28T23:59:59Z");
    CHECK(rfc3339(4107542400, 0, 0) == "2100-03-01T00:00:00Z");
    CHECK(rfc3339(-1, 0, 0) == "1969-12-31T23:59:59Z");
}

TEST_CASE("times outside the years 0000 to 9999 become the nearest within") {
    CHECK(rfc3339(-62167219200, 0, 0) == "0000-01-01T00:00:00Z");
    CHECK(rfc3339(std::numeric_limits<std::int64_t>::min(), 0, 0) == "0000-01-01T00:00:00Z");
    CHECK(rfc3339(253402300799, 0, 0) == "9999-12-31T23:59:59Z");
    CHECK(rfc3339(std::numeric_limits<std::int64_t>::max(), 4000000000, 9) ==
          "9999-12-31T23:59:59.999999999Z");
}

TEST_CASE("Unix time is written in seconds, before 1970 too") {
    CHECK(unix_time(1795209822, 143733000, 6) == "1795209822.143733");
    CHECK(unix_time(1795209822, 143733000, 0) == "1795209822");
    CHECK(unix_time(0, 5, 9) == "0.000000005");
    CHECK(unix_time(-1, 500000000, 1) == "-0.5");
    CHECK(unix_time(-2, 0, 1) == "-2.0");
    CHECK(unix_time(std::numeric_limits<std::int64_t>::min(), 0, 0) == "-9223372036854775808");
}

TEST_CASE("an event's identity is 32 hexadecimal digits, incarnation first") {
    CHECK(text_of([](TextBuffer& text) {
              append_event_id(text, {0x0123456789abcdef, 0xf0});
          }) == "0123456789abcdef00000000000000f0");
}

TEST_CASE("numbers of the registries have their mnemonic, others their number") {
    const auto type = [](std::uint16_t n) {
        return text_of([n](TextBuffer& text) { append_type(text, n); });
    };
    const auto rclass = [](std::uint16_t n) {
        return text_of([n](TextBuffer& text) { append_class(text, n); });
    };
    const auto rcode = [](std::uint16_t n) {
        return text_of([n](TextBuffer& text) { append_rcode(text, n); });
    };
    const auto opcode = [](std::uint8_t n) {
        return text_of([n](TextBuffer& text) { append_opcode(text, n); });
    };
    CHECK(type(0) == "TYPE0");
    CHECK(type(1) == "A");
    CHECK(type(18) == "AFSDB");
    CHECK(type(65) == "HTTPS");
    CHECK(type(255) == "ANY");
    CHECK(type(262) == "WALLET");
    CHECK(type(265) == "TYPE265");
    CHECK(type(32769) == "DLV");
    CHECK(type(65535) == "TYPE65535");
    CHECK(rclass(1) == "IN");
    CHECK(rclass(2) == "CLASS2");
    CHECK(rclass(254) == "NONE");
    CHECK(rclass(256) == "CLASS256");
    CHECK(rcode(0) == "NOERROR");
    CHECK(rcode(3) == "NXDOMAIN");
    CHECK(rcode(16) == "BADVERS");
    CHECK(rcode(12) == "RCODE12");
    CHECK(rcode(4095) == "RCODE4095");
    CHECK(opcode(0) == "QUERY");
    CHECK(opcode(3) == "OPCODE3");
    CHECK(opcode(5) == "UPDATE");
    CHECK(opcode(255) == "OPCODE255");
}

TEST_CASE("message types are named, unknown ones numbered") {
    const auto type = [](MessageType known, std::uint64_t number) {
        Event event;
        event.type = known;
        event.type_number = number;
        return text_of([&](TextBuffer& text) { append_message_type(text, event); });
    };
    CHECK(type(MessageType::client_response, 6) == "CLIENT_RESPONSE");
    CHECK(type(MessageType::unknown, 15) == "TYPE15");
    CHECK(type(MessageType::unknown, 0) == "UNKNOWN");
    CHECK(message_type_short(MessageType::update_response) == "UR");
    CHECK(message_type_short(MessageType::unknown) == "??");
    CHECK(message_type_name(MessageType::unknown).empty());
    CHECK(message_type_name(static_cast<MessageType>(15)).empty());
}

TEST_CASE("protocols and policies have dnstap's names, unknown ones none") {
    CHECK(socket_protocol_name(SocketProtocol::udp) == "UDP");
    CHECK(socket_protocol_name(SocketProtocol::doq) == "DOQ");
    CHECK(socket_protocol_name(SocketProtocol::unknown).empty());
    CHECK(http_protocol_name(HttpProtocol::http3) == "HTTP3");
    CHECK(http_protocol_name(HttpProtocol::unknown).empty());
    CHECK(policy_action_name(PolicyAction::local_data) == "LOCAL_DATA");
    CHECK(policy_action_name(PolicyAction::unknown).empty());
    CHECK(policy_match_name(PolicyMatch::ns_ip) == "NS_IP");
    CHECK(policy_match_name(static_cast<PolicyMatch>(0xFF)).empty());
}
