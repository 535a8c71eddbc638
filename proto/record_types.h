// The record types and classes that something is decided by, as IANA's "Domain Name System (DNS) Parameters"
// numbers them. How all are called: dns_registry.cpp; what their RDATA is made of: dns_rdata.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace tapferry::dns {

inline constexpr std::uint16_t type_a = 1;
inline constexpr std::uint16_t type_ns = 2;
inline constexpr std::uint16_t type_cname = 5;
inline constexpr std::uint16_t type_soa = 6;
inline constexpr std::uint16_t type_ptr = 12;
inline constexpr std::uint16_t type_mx = 15;
inline constexpr std::uint16_t type_txt = 16;
inline constexpr std::uint16_t type_rp = 17;
inline constexpr std::uint16_t type_sig = 24;
inline constexpr std::uint16_t type_aaaa = 28;
inline constexpr std::uint16_t type_nxt = 30;
inline constexpr std::uint16_t type_srv = 33;
inline constexpr std::uint16_t type_dname = 39;
inline constexpr std::uint16_t type_opt = 41;
inline constexpr std::uint16_t type_rrsig = 46;
inline constexpr std::uint16_t type_nsec = 47;
inline constexpr std::uint16_t type_nsec3 = 50;
inline constexpr std::uint16_t type_nsec3param = 51;
inline constexpr std::uint16_t type_spf = 99;
inline constexpr std::uint16_t type_tkey = 249;
inline constexpr std::uint16_t type_tsig = 250;
inline constexpr std::uint16_t type_ixfr = 251;
inline constexpr std::uint16_t type_axfr = 252;
inline constexpr std::uint16_t type_any = 255;

inline constexpr std::uint16_t class_in = 1;
inline constexpr std::uint16_t class_csnet = 2;
inline constexpr std::uint16_t class_chaos = 3;
inline constexpr std::uint16_t class_hesiod = 4;
inline constexpr std::uint16_t class_none = 254;
inline constexpr std::uint16_t class_any = 255;

// Of a question: many messages answer it, and the name asked is the zone.
constexpr bool is_transfer(std::uint16_t qtype) {
    return qtype == type_axfr || qtype == type_ixfr;
}

// Where RDATA of this type ends in the name of a host or zone that one goes on to, counted from its
// beginning; none: it has no such name.
constexpr std::optional<std::size_t> name_offset_in(std::uint16_t type) {
    switch (type) {
        case type_ns:
        case type_cname:
        case type_ptr:
        case type_dname:
            return 0;
        case type_mx:
            return 2;
        case type_srv:
            return 6;
        default:
            return {};
    }
}

}  // namespace tapferry::dns
