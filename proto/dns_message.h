// A DNS message in wire format, taken apart without copying: sections as offsets into the message (RFC 1035,
// section 4). Hostile input is the rule: RFC 9267 is the checklist. parse() never reads outside `wire`, never
// allocates by a count that the message claims, follows only backward pointers, and keeps what it could read
// when it stops early.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tapferry::dns {

using Wire = std::span<const std::uint8_t>;

enum class Section : std::uint8_t { question, answer, authority, additional };

// `name` is the offset of a name that parse() has followed to its end and found sound.
struct Question {
    std::uint16_t name = 0;
    std::uint16_t type = 0;
    std::uint16_t qclass = 0;
};

struct ResourceRecord {
    std::uint16_t owner = 0;  // offset of a sound name
    std::uint16_t type = 0;
    std::uint16_t rclass = 0;
    std::uint16_t rdata = 0;  // offset of the RDATA, which lies wholly inside the message
    std::uint16_t rdata_length = 0;
    std::uint32_t ttl = 0;  // seconds
};

// RFC 8914. `text` is opaque bytes.
struct ExtendedError {
    std::uint16_t code = 0;
    std::string_view text;
};

// RFC 6891 and the options that are shown. Option bytes are opaque.
struct Edns {
    std::uint8_t version = 0;
    std::uint16_t udp_size = 0;
    bool dnssec_ok = false;
    std::uint16_t other_flags = 0;          // all but DO, as sent
    bool has_client_subnet = false;         // RFC 7871, with a sound address
    std::uint8_t client_subnet_family = 0;  // 1: IPv4, 2: IPv6
    std::uint8_t client_subnet_source_prefix = 0;
    std::uint8_t client_subnet_scope_prefix = 0;
    std::uint8_t client_subnet_address[16] = {};  // zero-padded
    bool has_nsid = false;                        // RFC 5001
    std::string_view nsid;
    bool has_cookie = false;  // RFC 7873
    std::uint16_t cookie_length = 0;
    bool has_padding = false;  // RFC 7830
    std::uint16_t padding_length = 0;
    std::vector<ExtendedError> errors;
    // Options of other codes: how many, and all options as sent, among which they stand. See edns.h.
    std::uint16_t other_options = 0;
    Wire options;
    [[nodiscard]] bool compact_ok() const { return other_flags & 0x4000; }  // RFC 9824, section 5.1
    [[nodiscard]] std::uint16_t reserved_flags() const { return other_flags & 0x3FFF; }
    void clear();
};

// Bits of Message::flags (RFC 1035, section 4.1.1, and RFC 4035, section 3).
inline constexpr std::uint16_t flag_qr = 0x8000;
inline constexpr std::uint16_t flag_aa = 0x0400;
inline constexpr std::uint16_t flag_tc = 0x0200;
inline constexpr std::uint16_t flag_rd = 0x0100;
inline constexpr std::uint16_t flag_ra = 0x0080;
inline constexpr std::uint16_t flag_z = 0x0040;
inline constexpr std::uint16_t flag_ad = 0x0020;
inline constexpr std::uint16_t flag_cd = 0x0010;

struct Message {
    Wire wire;
    std::uint16_t id = 0;
    std::uint16_t flags = 0;        // the 16 bits as sent; see qr() to cd()
    std::uint8_t opcode = 0;        // 0 to 15
    std::uint16_t rcode = 0;        // 0 to 4095, extended by EDNS
    std::uint16_t claimed[4] = {};  // counts of the header, by Section; not to be trusted
    std::vector<Question> questions;
    std::vector<ResourceRecord> answers;
    std::vector<ResourceRecord> authority;
    std::vector<ResourceRecord> additional;  // without the OPT record
    bool has_edns = false;
    Edns edns;
    // Why parsing stopped early: a short fixed text ("truncated header", …), of those in malformed.h;
    // nullptr: it did not.
    const char* malformed = nullptr;

    [[nodiscard]] bool qr() const { return flags & flag_qr; }
    [[nodiscard]] bool aa() const { return flags & flag_aa; }
    [[nodiscard]] bool tc() const { return flags & flag_tc; }
    [[nodiscard]] bool rd() const { return flags & flag_rd; }
    [[nodiscard]] bool ra() const { return flags & flag_ra; }
    [[nodiscard]] bool z() const { return flags & flag_z; }
    [[nodiscard]] bool ad() const { return flags & flag_ad; }
    [[nodiscard]] bool cd() const { return flags & flag_cd; }

    // Takes `bytes` apart into this object, whose storage is reused. `bytes` must outlive it. Only the first
    // 65,535 bytes count.
    void parse(Wire bytes);
    void clear();
};

}  // namespace tapferry::dns
