#include <algorithm>

#include "proto/civil_time.h"
#include "proto/digits.h"
#include "proto/dns_text.h"

namespace tapferry {
namespace {

constexpr std::int64_t first_second = -62'167'219'200;  // 0000-01-01T00:00:00Z
constexpr std::int64_t last_second = 253'402'300'799;   // 9999-12-31T23:59:59Z
constexpr std::uint32_t billion = 1'000'000'000;

constexpr std::uint32_t powers_of_ten[] = {1,       10,        100,        1'000,       10'000,
                                           100'000, 1'000'000, 10'000'000, 100'000'000, billion};

// ".143733": the first `digits` digits of the fraction; nothing for 0 digits.
char* write_fraction(char* out, std::uint32_t nanoseconds, unsigned digits) {
    digits = std::min(digits, 9u);
    if (digits == 0) return out;
    *out++ = '.';
    unsigned value = std::min(nanoseconds, billion - 1) / powers_of_ten[9 - digits];
    char* place = out + digits;
    for (unsigned left = digits; left >= 2; left -= 2) {
        place -= 2;
        write_pair(place, value % 100);
        value /= 100;
    }
    if (place != out) *out = static_cast<char>('0' + value);
    return out + digits;
}

char* write_year(char* out, unsigned year) {
    return write_pair(write_pair(out, year / 100), year % 100);
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
    char* out = write_year(text.reserve(14), civil.year);
    for (const unsigned part : {civil.month, civil.day, civil.hour, civil.minute, civil.second}) {
        out = write_pair(out, part);
    }
    text.commit(14);
}

void append_rfc3339(TextBuffer& text, const Timestamp& time, unsigned digits) {
    constexpr std::size_t longest = 30;
    const CivilTime civil = to_civil(time.seconds);
    char* const begin = text.reserve(longest);
    char* out = write_year(begin, civil.year);
    *out++ = '-';
    out = write_pair(out, civil.month);
    *out++ = '-';
    out = write_pair(out, civil.day);
    *out++ = 'T';
    out = write_pair(out, civil.hour);
    *out++ = ':';
    out = write_pair(out, civil.minute);
    *out++ = ':';
    out = write_pair(out, civil.second);
    out = write_fraction(out, time.nanoseconds, digits);
    *out++ = 'Z';
    text.commit(static_cast<std::size_t>(out - begin));
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
    append_decimal(text, whole);
    char* const begin = text.reserve(10);
    text.commit(static_cast<std::size_t>(write_fraction(begin, nanoseconds, digits) - begin));
}

}  // namespace tapferry
