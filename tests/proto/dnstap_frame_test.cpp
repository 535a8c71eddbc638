// Whatever the bytes, read_dnstap_frame() must accept, refuse and read what protobuf's own parser does.
#include "proto/dnstap_frame.h"

#include <doctest/doctest.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>

#include "dnstap.pb.h"
#include "tests/proto/wire_builder.h"
#include "tests/support/frame_streams_file.h"

namespace tapferry::test {
namespace {

// Everything that was read, so that one comparison compares it all.
class Account {
  public:
    Account& number(std::uint64_t value) {
        text_ += std::to_string(value) + ' ';
        return *this;
    }
    template <typename Enumeration>
    Account& listed(bool present, Enumeration value) {
        return number(present ? static_cast<std::uint64_t>(value) : 0);
    }
    Account& bytes(std::string_view value) {
        number(value.size());
        text_ += value;
        return *this;
    }
    Account& maybe(const std::optional<std::string_view>& value) {
        return number(value.has_value()).bytes(value.value_or(""));
    }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string text_;
};

std::string account_of(const DnstapFrame& frame) {
    Account account;
    account.bytes(frame.identity).bytes(frame.version).bytes(frame.extra);
    account.number(static_cast<std::uint64_t>(frame.type));
    account.number(frame.type == MessageType::unknown ? frame.unknown_type : 0);
    account.number(static_cast<std::uint64_t>(frame.family));
    account.number(static_cast<std::uint64_t>(frame.protocol));
    account.number(static_cast<std::uint64_t>(frame.http_protocol));
    account.bytes(frame.query_address).bytes(frame.response_address);
    account.number(frame.query_port).number(frame.response_port);
    account.number(frame.query_time_sec).number(frame.query_time_nsec);
    account.number(frame.response_time_sec.has_value()).number(frame.response_time_sec.value_or(0));
    account.number(frame.response_time_nsec);
    account.maybe(frame.query_message).maybe(frame.response_message).bytes(frame.query_zone);
    account.number(frame.policy.present).bytes(frame.policy.type).bytes(frame.policy.rule);
    account.number(static_cast<std::uint64_t>(frame.policy.action))
        .number(static_cast<std::uint64_t>(frame.policy.match))
        .bytes(frame.policy.value);
    return account.text();
}

// protobuf keeps the numbers that an enumeration does not list among the unknown fields.
std::uint64_t unlisted_type(const std::string& unknown_fields) {
    using google::protobuf::internal::WireFormatLite;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(unknown_fields.data());
    google::protobuf::io::CodedInputStream stream(bytes, static_cast<int>(unknown_fields.size()));
    const std::uint32_t type_tag =
        WireFormatLite::MakeTag(dnstap::Message::kTypeFieldNumber, WireFormatLite::WIRETYPE_VARINT);
    std::uint64_t type = 0;
    while (const std::uint32_t tag = stream.ReadTag()) {
        const bool sound =
            tag == type_tag ? stream.ReadVarint64(&type) : WireFormatLite::SkipField(&stream, tag);
        REQUIRE(sound);
    }
    return type;
}

std::optional<std::string_view> when(bool present, const std::string& value) {
    return present ? std::optional<std::string_view>(value) : std::nullopt;
}

std::string account_of(const dnstap::Dnstap& frame) {
    const dnstap::Message& message = frame.message();
    const dnstap::Policy& policy = message.policy();
    Account account;
    account.bytes(frame.identity()).bytes(frame.version()).bytes(frame.extra());
    account.listed(message.has_type(), message.type());
    account.number(message.has_type() ? 0 : unlisted_type(message.unknown_fields()));
    account.listed(message.has_socket_family(), message.socket_family());
    account.listed(message.has_socket_protocol(), message.socket_protocol());
    account.listed(message.has_http_protocol(), message.http_protocol());
    account.bytes(message.query_address()).bytes(message.response_address());
    account.number(message.query_port()).number(message.response_port());
    account.number(message.query_time_sec()).number(message.query_time_nsec());
    account.number(message.has_response_time_sec()).number(message.response_time_sec());
    account.number(message.response_time_nsec());
    account.maybe(when(message.has_query_message(), message.query_message()));
    account.maybe(when(message.has_response_message(), message.response_message()));
    account.bytes(message.query_zone());
    account.number(message.has_policy()).bytes(policy.type()).bytes(policy.rule());
    account.listed(policy.has_action(), policy.action());
    account.listed(policy.has_match(), policy.match()).bytes(policy.value());
    return account.text();
}

// Whether the frame was accepted, after having held both parsers' readings against each other.
bool accepted(const Bytes& bytes) {
    // An allocation of its own size, so that reading past the frame is noticed.
    const Bytes exact(bytes.begin(), bytes.end());
    dnstap::Dnstap oracle;
    const bool sound = oracle.ParsePartialFromArray(exact.data(), static_cast<int>(exact.size()));
    const auto read = read_dnstap_frame(exact);
    REQUIRE(read.has_value() == sound);
    if (sound) REQUIRE(account_of(*read) == account_of(oracle));
    return sound;
}

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
}

std::uint8_t any_octet(Random& random) {
    return static_cast<std::uint8_t>(below(random, 256));
}

// What separates fields stands in the first octets, so most damage is done there.
void damage(Bytes& frame, Random& random) {
    const auto reach = std::min<std::size_t>(frame.size(), below(random, 4) != 0 ? 110 : frame.size());
    const auto at = frame.begin() + static_cast<std::ptrdiff_t>(below(random, reach));
    switch (below(random, 6)) {
        case 0:
            frame.erase(at, frame.end());
            break;
        case 1:
            frame.erase(at);
            break;
        case 2:
            frame.insert(at, any_octet(random));
            break;
        case 3:
            *at = static_cast<std::uint8_t>(*at ^ 1U << below(random, 8));
            break;
        default:
            *at = any_octet(random);
    }
}

// Sometimes with more octets than it needs, or than it may have.
void append_varint(Bytes& bytes, std::uint64_t value, Random& random) {
    std::size_t padding = below(random, 8) == 0 ? below(random, 11) : 0;
    while (value >= 0x80 || padding != 0) {
        bytes.push_back(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
        if (value < 0x80 && padding != 0) --padding;
    }
    bytes.push_back(static_cast<std::uint8_t>(value));
}

std::uint64_t any_number(Random& random) {
    const std::uint64_t small = below(random, 18);
    if (below(random, 4) != 0) return small;
    const std::uint64_t large = std::uint64_t{random()} << 32 | random();
    return below(random, 2) == 0 ? large >> below(random, 64) : (large << 32) + small;
}

Bytes any_fields(Random& random, unsigned depth);

void append_any_value(Bytes& bytes, std::uint64_t field, std::size_t type, Random& random, unsigned depth) {
    switch (type) {
        case 0:
            append_varint(bytes, any_number(random), random);
            break;
        case 2: {
            const Bytes inner = any_fields(random, depth);
            append_varint(bytes, inner.size() + (below(random, 30) == 0 ? 1 : 0), random);
            append(bytes, inner);
            break;
        }
        case 3:
            append(bytes, any_fields(random, depth));
            append_varint(bytes, (field + (below(random, 30) == 0 ? 1 : 0)) << 3 | 4, random);
            break;
        default:
            for (std::size_t left = type == 5 ? 4 : 8; left != 0; --left) bytes.push_back(any_octet(random));
    }
}

Bytes any_fields(Random& random, unsigned depth) {
    constexpr std::size_t types[] = {0, 0, 0, 1, 2, 2, 2, 3, 5, 5};
    Bytes bytes;
    if (depth == 0) return bytes;
    for (std::size_t left = below(random, 5); left != 0; --left) {
        const std::uint64_t field = below(random, 40) == 0 ? any_number(random) : 1 + below(random, 17);
        const std::size_t type =
            below(random, 80) == 0 ? below(random, 8) : types[below(random, std::size(types))];
        append_varint(bytes, field << 3 | type, random);
        append_any_value(bytes, field, type, random, depth - 1);
    }
    return bytes;
}

Bytes repeated(const Bytes& part, std::size_t times) {
    Bytes bytes;
    for (; times != 0; --times) append(bytes, part);
    return bytes;
}

// `depth` groups of field 20 within each other.
Bytes nested_groups(std::size_t depth) {
    Bytes bytes = repeated(from_hex("a3 01"), depth);
    append(bytes, repeated(from_hex("a4 01"), depth));
    return bytes;
}

Bytes in_message(const Bytes& fields) {
    return ProtobufBuilder().counted(field::message, fields).bytes;
}

TEST_CASE("every frame of the captures is read as protobuf reads it") {
    std::size_t frames = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(TAPFERRY_SOURCE_DIR "/tests/data/captures")) {
        if (entry.path().string().find(".fstrm") == std::string::npos) continue;
        for (const Frame& frame : read_frame_streams_file(entry.path())) {
            if (!accepted(frame)) FAIL("a server's frame was refused");
            ++frames;
        }
    }
    CHECK(frames > 50'000);
}

TEST_CASE("damaged frames are read or refused as protobuf does") {
    Random random(20261120);
    std::vector<Frame> frames;
    for (const char* capture : {"bind-auth", "bind-rec", "knot", "nsd", "pdns", "dnsdist", "unbound"}) {
        for (Frame& frame : read_capture(capture)) {
            if (frame.size() < 1'000) frames.push_back(std::move(frame));
        }
    }
    std::size_t sound = 0;
    constexpr std::size_t damaged = 100'000;
    for (std::size_t i = 0; i < damaged; ++i) {
        Bytes frame = frames[below(random, frames.size())];
        for (std::size_t times = 1 + below(random, 3); times != 0 && !frame.empty(); --times)
            damage(frame, random);
        if (accepted(frame)) ++sound;
    }
    // A test that finds all of them sound, or none, has tested little.
    CHECK(sound > damaged / 10);
    CHECK(sound < damaged * 9 / 10);
}

TEST_CASE("fields of any number, type and order are read or refused as protobuf does") {
    Random random(15);
    std::size_t sound = 0;
    constexpr std::size_t made = 100'000;
    for (std::size_t i = 0; i < made; ++i) {
        Bytes frame = any_fields(random, 4);
        append(frame, in_message(any_fields(random, 4)));
        append(frame, in_message(any_fields(random, 3)));
        if (accepted(frame)) ++sound;
    }
    CHECK(sound > made / 10);
    CHECK(sound < made * 9 / 10);
}

TEST_CASE("messages and groups may lie a hundred deep") {
    CHECK(accepted(nested_groups(100)));
    CHECK_FALSE(accepted(nested_groups(101)));
    CHECK(accepted(in_message(nested_groups(99))));
    CHECK_FALSE(accepted(in_message(nested_groups(100))));
    CHECK_FALSE(accepted(nested_groups(100'000)));
    CHECK(accepted(repeated(nested_groups(1), 1'000)));
}

TEST_CASE("a group ends with its own number") {
    CHECK(accepted(from_hex("a3 01 08 01 a4 01")));
    CHECK_FALSE(accepted(from_hex("a3 01 08 01 ac 01")));
    CHECK_FALSE(accepted(from_hex("a3 01 08 01")));
    CHECK_FALSE(accepted(from_hex("a4 01")));
    CHECK_FALSE(accepted(in_message(from_hex("a4 01"))));
}

TEST_CASE("a varint has ten octets at most, a tag and a length five") {
    CHECK(accepted(in_message(from_hex("40 ff ff ff ff ff ff ff ff ff 7f"))));
    CHECK_FALSE(accepted(in_message(from_hex("40 ff ff ff ff ff ff ff ff ff ff 01"))));
    CHECK(accepted(from_hex("8a 80 80 80 70 01 61")));
    CHECK_FALSE(accepted(from_hex("8a 80 80 80 80 00 01 61")));
    CHECK(accepted(from_hex("0a 81 80 80 80 00 61")));
    CHECK_FALSE(accepted(from_hex("0a 81 80 80 80 80 00 61")));
    CHECK_FALSE(accepted(from_hex("0a 81 80 80 80 10 61")));
}

TEST_CASE("a number is listed or not by its low 32 bits") {
    CHECK(accepted(in_message(ProtobufBuilder().varint(field::type, 0x1'0000'0006).bytes)));
    const Bytes frame = in_message(ProtobufBuilder().varint(field::type, 0x1'0000'0006).bytes);
    CHECK(read_dnstap_frame(frame)->type == MessageType::client_response);
}

TEST_CASE("field 0, wire types without a meaning and tag 0 are refused") {
    for (const char* bytes :
         {"00", "01 00 00 00 00 00 00 00 00", "02 00", "03 04", "05 00 00 00 00", "0e", "0f"}) {
        CHECK_FALSE(accepted(from_hex(bytes)));
        CHECK_FALSE(accepted(in_message(from_hex(bytes))));
    }
    CHECK(accepted({}));
}

}  // namespace
}  // namespace tapferry::test
