#include <algorithm>
#include <array>
#include <cstring>

#include "proto/civil_time.h"
#include "proto/digits.h"
#include "proto/dns_text.h"
#include "proto/text_pieces.h"

namespace tapferry {
namespace {

constexpr std::int64_t first_second = -62'167'219'200;  // 0000-01-01T00:00:00Z
constexpr std::int64_t last_second = 253'402'300'799;   // 9999-12-31T23:59:59Z
constexpr std::uint32_t billion = 1'000'000'000;

// 000 to 999, and one character more, which makes a copy of one step.
using DigitTriple = std::array<char, 4>;
constexpr std::array<DigitTriple, 1000> make_decimal_triples() {
    std::array<DigitTriple, 1000> table{};
    for (unsigned i = 0; i < table.size(); ++i) {
        table[i] = {static_cast<char>('0' + i / 100), static_cast<char>('0' + i / 10 % 10),
                    static_cast<char>('0' + i % 10)};
    }
    return table;
}
constexpr std::array<DigitTriple, 1000> decimal_triples = make_decimal_triples();

void write_three(char* out, unsigned value) {
    std::memcpy(out, decimal_triples[value].data(), sizeof(DigitTriple));
}

}  // namespace

CivilTime to_civil(std::int64_t seconds) {
    const auto since_year_0 =
        static_cast<std::uint64_t>(std::clamp(seconds, first_second, last_second) - first_second);
    const auto second_of_day = static_cast<unsigned>(since_year_0 % 86'400);
    // Years are counted from March, so that the leap day is a year's last. The calendar repeats every 400
    // years or 146,097 days; one such era in front keeps everything positive (0000-01-01 is 60 days before
    // 0000-03-01).
    const auto days = static_cast<unsigned>(since_year_0 / 86'400) + 146'097 - 60;
    const unsigned era = days / 146'097;
    const unsigned day_of_era = days % 146'097;
    const unsigned year_of_era =
        (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const unsigned month_from_march = (5 * day_of_year + 2) / 153;
    CivilTime civil;
    civil.day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    civil.month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    civil.year = (era - 1) * 400 + year_of_era + (civil.month <= 2 ? 1 : 0);
    civil.hour = second_of_day / 3'600;
    civil.minute = second_of_day / 60 % 60;
    civil.second = second_of_day % 60;
    return civil;
}

void append_signature_time(TextBuffer& text, std::uint32_t seconds) {
    const CivilTime civil = to_civil(seconds);
    char* out = write_four(text.reserve(14), civil.year);
    for (const unsigned part : {civil.month, civil.day, civil.hour, civil.minute, civil.second}) {
        out = write_pair(out, part);
    }
    text.commit(14);
}

void SecondText::render(std::int64_t seconds) {
    const CivilTime civil = to_civil(seconds);
    char* out = write_four(text_.data(), civil.year);
    *out++ = '-';
    out = write_pair(out, civil.month);
    *out++ = '-';
    out = write_pair(out, civil.day);
    *out++ = 'T';
    out = write_pair(out, civil.hour);
    *out++ = ':';
    out = write_pair(out, civil.minute);
    *out++ = ':';
    write_pair(out, civil.second);
    seconds_ = seconds;
}

// All nine digits are written, and the first of them count.
char* FractionText::write(char* out) const {
    if (digits == 0) return out;
    const std::uint32_t within = std::min(nanoseconds, billion - 1);
    out[0] = '.';
    write_three(out + 1, within / 1'000'000);
    write_three(out + 4, within / 1'000 % 1'000);
    write_three(out + 7, within % 1'000);
    return out + 1 + std::min(digits, 9U);
}

void append_rfc3339(TextBuffer& text, const Timestamp& time, unsigned digits) {
    SecondText second;
    text.append(second.of(time.seconds), FractionText{time.nanoseconds, digits}, 'Z');
}

void append_unix_time(TextBuffer& text, const Timestamp& time, unsigned digits) {
    // Half a second before 1970 is seconds -1 and 500,000,000 nanoseconds, and is written -0.5.
    auto whole = static_cast<std::uint64_t>(time.seconds);
    std::uint32_t nanoseconds = std::min(time.nanoseconds, billion - 1);
    if (time.seconds < 0) {
        text.push_back('-');
        whole = 0 - whole;
        if (nanoseconds != 0) {
            --whole;
            nanoseconds = billion - nanoseconds;
        }
    }
    text.append(Decimal{whole}, FractionText{nanoseconds, digits});
}

}  // namespace tapferry
