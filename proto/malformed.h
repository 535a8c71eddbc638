// Why a DNS message could not be read to its end: all the texts there are. They stand in events, are counted
// by `stats`, and are what expressions compare with.
#pragma once

#include <array>
#include <string_view>

namespace tapferry::dns {

inline constexpr std::array malformed_reasons{
    "truncated header",     "question breaks off",         "record breaks off",
    "RDATA breaks off",     "EDNS option breaks off",      "name breaks off",
    "name too long",        "name points into the header", "name points forward",
    "name jumps too often", "names go round too long",     "reserved label type",
};

// One of them; what is none does not compile.
consteval const char* malformed_reason(std::string_view words) {
    for (const char* reason : malformed_reasons)
        if (words == reason) return reason;
    throw "no such reason";
}

}  // namespace tapferry::dns
