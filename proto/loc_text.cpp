#include "proto/digits.h"
#include "proto/rdata_fields.h"
#include "proto/wire_bytes.h"

namespace tapferry {
namespace {

constexpr std::uint32_t origin = 0x8000'0000;                 // equator, prime meridian
constexpr std::uint32_t milliseconds_per_degree = 3'600'000;  // of arc
constexpr std::int64_t altitude_origin = 10'000'000;          // centimetres below the ellipsoid

// "42 21 54.000 N": degrees, minutes and seconds of arc.
bool append_angle(TextBuffer& text, std::uint32_t angle, std::uint32_t most_degrees, char positive,
                  char negative) {
    const bool is_negative = angle < origin;
    const std::uint32_t size = is_negative ? origin - angle : angle - origin;
    if (size > most_degrees * milliseconds_per_degree) return false;
    append_decimal(text, size / milliseconds_per_degree);
    text.push_back(' ');
    append_decimal(text, size / 60'000 % 60);
    text.push_back(' ');
    append_decimal(text, size / 1'000 % 60);
    text.push_back('.');
    append_decimal(text, size / 100 % 10);
    write_pair(text.reserve(2), size % 100);
    text.commit(2);
    text.push_back(' ');
    text.push_back(is_negative ? negative : positive);
    return true;
}

void append_metres(TextBuffer& text, std::uint64_t centimetres) {
    append_decimal(text, centimetres / 100);
    text.push_back('.');
    write_pair(text.reserve(2), static_cast<unsigned>(centimetres % 100));
    text.commit(2);
    text.push_back('m');
}

void append_altitude(TextBuffer& text, std::uint32_t altitude) {
    const std::int64_t centimetres = std::int64_t{altitude} - altitude_origin;
    if (centimetres < 0) text.push_back('-');
    append_metres(text, static_cast<std::uint64_t>(centimetres < 0 ? -centimetres : centimetres));
}

// A digit and a power of ten, in centimetres.
bool append_precision(TextBuffer& text, std::uint8_t packed) {
    const unsigned digit = packed >> 4;
    const unsigned power = packed & 0x0F;
    if (digit > 9 || power > 9) return false;
    std::uint64_t centimetres = digit;
    for (unsigned i = 0; i < power; ++i) centimetres *= 10;
    append_metres(text, centimetres);
    return true;
}

}  // namespace

bool append_location(TextBuffer& text, dns::Wire location) {
    if (location.size() != 16 || location[0] != 0) return false;
    if (!append_angle(text, dns::read_u32(&location[4]), 90, 'N', 'S')) return false;
    text.push_back(' ');
    if (!append_angle(text, dns::read_u32(&location[8]), 180, 'E', 'W')) return false;
    text.push_back(' ');
    append_altitude(text, dns::read_u32(&location[12]));
    for (std::size_t i = 1; i <= 3; ++i) {
        text.push_back(' ');
        if (!append_precision(text, location[i])) return false;
    }
    return true;
}

}  // namespace tapferry
