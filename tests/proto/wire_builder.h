// Bytes for tests of proto/: hexadecimal, names, DNS messages and dnstap frames written out by hand, so that
// what is tested never makes its own input.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/decoder.h"
#include "proto/dns_text.h"

namespace tapferry::test {

using Bytes = std::vector<std::uint8_t>;

// "c0 0c 00": spaces are for the reader.
inline Bytes from_hex(std::string_view hex) {
    std::string digits;
    for (const char c : hex) {
        if (c != ' ') digits.push_back(c);
    }
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
    }
    return bytes;
}

inline void append(Bytes& bytes, const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

inline Bytes text_bytes(std::string_view text) {
    return {text.begin(), text.end()};
}

// One label with its length octet.
inline Bytes label(std::string_view octets) {
    Bytes bytes{static_cast<std::uint8_t>(octets.size())};
    append(bytes, text_bytes(octets));
    return bytes;
}

// "www.example.test" as an uncompressed name; "" is the root.
inline Bytes name(std::string_view dotted) {
    Bytes bytes;
    while (!dotted.empty()) {
        const auto dot = dotted.find('.');
        append(bytes, label(dotted.substr(0, dot)));
        dotted = dot == std::string_view::npos ? std::string_view{} : dotted.substr(dot + 1);
    }
    bytes.push_back(0);
    return bytes;
}

// A DNS message of `id` 0x1234 from its parts.
struct DnsBuilder {
    Bytes bytes;

    explicit DnsBuilder(std::string_view flags_hex, std::uint8_t questions, std::uint8_t answers = 0,
                        std::uint8_t authority = 0, std::uint8_t additional = 0) {
        bytes = from_hex("1234");
        append(bytes, from_hex(flags_hex));
        append(bytes, Bytes{0, questions, 0, answers, 0, authority, 0, additional});
    }
    DnsBuilder& hex(std::string_view text) {
        append(bytes, from_hex(text));
        return *this;
    }
    // Of class IN.
    DnsBuilder& question(std::string_view qname, std::uint8_t qtype) {
        append(bytes, name(qname));
        append(bytes, Bytes{0, qtype, 0, 1});
        return *this;
    }
    // Of class IN and TTL 300, owned by the name at offset 12.
    DnsBuilder& record(std::uint8_t type, const Bytes& rdata) {
        append(bytes, Bytes{0xC0, 12, 0, type, 0, 1, 0, 0, 1, 44});
        append(bytes,
               Bytes{static_cast<std::uint8_t>(rdata.size() >> 8), static_cast<std::uint8_t>(rdata.size())});
        append(bytes, rdata);
        return *this;
    }
};

inline void append_varint(Bytes& bytes, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<std::uint8_t>(value | 0x80));
    bytes.push_back(static_cast<std::uint8_t>(value));
}

// protobuf fields in the order in which they are called.
struct ProtobufBuilder {
    Bytes bytes;

    ProtobufBuilder& varint(std::uint64_t field, std::uint64_t value) {
        append_varint(bytes, field << 3);
        append_varint(bytes, value);
        return *this;
    }
    ProtobufBuilder& counted(std::uint64_t field, const Bytes& value) {
        append_varint(bytes, field << 3 | 2);
        append_varint(bytes, value.size());
        append(bytes, value);
        return *this;
    }
    ProtobufBuilder& fixed32(std::uint64_t field, std::uint32_t value) {
        append_varint(bytes, field << 3 | 5);
        for (unsigned shift = 0; shift < 32; shift += 8)
            bytes.push_back(static_cast<std::uint8_t>(value >> shift));
        return *this;
    }
};

// Field numbers of dnstap.proto.
namespace field {
enum Dnstap : std::uint64_t { identity = 1, version = 2, extra = 3, message = 14, dnstap_type = 15 };
enum Message : std::uint64_t {
    type = 1,
    socket_family,
    socket_protocol,
    query_address,
    response_address,
    query_port,
    response_port,
    query_time_sec,
    query_time_nsec,
    query_message,
    query_zone,
    response_time_sec,
    response_time_nsec,
    response_message,
    policy,
    http_protocol,
};
}  // namespace field

// A dnstap frame around `message`.
inline Bytes frame_of(const ProtobufBuilder& message) {
    return ProtobufBuilder().counted(field::message, message.bytes).varint(field::dnstap_type, 1).bytes;
}

// What `write(TextBuffer&)` appends.
template <typename Write>
std::string text_of(Write write) {
    TextBuffer text;
    write(text);
    return std::string(text.view());
}

}  // namespace tapferry::test
