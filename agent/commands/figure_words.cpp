#include "agent/commands/figure_words.h"

#include <array>
#include <cmath>
#include <cstdio>

#include "agent/commands/count_words.h"
#include "encoders/time_units.h"
#include "proto/dns_text.h"

namespace tapferry {

namespace {

std::string decimal(double value, int digits) {
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return {text.data(), static_cast<std::size_t>(length)};
}

// With three digits that count: "1.24", "12.4", "124".
std::string three_digits(double value) {
    if (value < 9.995) return decimal(value, 2);
    if (value < 99.95) return decimal(value, 1);
    return decimal(value, 0);
}

std::string in_units(std::uint64_t value, const std::array<std::string_view, 4>& units, double step = 1000) {
    if (value < 1000) return std::to_string(value) + " " + std::string(units[0]);
    double scaled = static_cast<double>(value);
    std::size_t unit = 0;
    while (scaled >= 999.5 && unit + 1 < units.size()) {
        scaled /= step;
        ++unit;
    }
    return three_digits(scaled) + " " + std::string(units[unit]);
}

std::string two_units(std::uint64_t value, std::uint64_t scale, std::string_view large,
                      std::string_view small) {
    std::string text = with_commas(value / scale).append(" ").append(large);
    if (value % scale != 0) text.append(" ").append(std::to_string(value % scale)).append(" ").append(small);
    return text;
}

std::string rfc3339(const Timestamp& time, unsigned digits) {
    TextBuffer text;
    append_rfc3339(text, time, digits);
    return std::string(text.view());
}

}  // namespace

std::string share_words(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return "-";
    return decimal(100 * static_cast<double>(part) / static_cast<double>(whole), 1) + " %";
}

std::string duration_words(std::uint64_t nanoseconds) {
    return in_units(nanoseconds, {"ns", "us", "ms", "s"});
}

std::string size_words(std::uint64_t bytes) {
    return in_units(bytes, {"B", "kB", "MB", "GB"});
}

std::string room_words(std::uint64_t bytes) {
    return in_units(bytes, {"B", "KiB", "MiB", "GiB"}, 1024);
}

std::string rate_words(double a_second) {
    if (a_second < 999.5) return three_digits(a_second);
    return with_commas(static_cast<std::uint64_t>(std::llround(a_second)));
}

std::string span_words(double seconds) {
    if (seconds < 60) return three_digits(seconds) + " s";
    const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
    if (whole < 3600) return two_units(whole, 60, "min", "s");
    if (whole < 2 * 86400) return two_units(whole / 60, 60, "h", "min");
    return two_units(whole / 3600, 24, "d", "h");
}

std::string time_words(const Timestamp& time) {
    return rfc3339(time, 0);
}

std::string day_words(std::int64_t ms) {
    return rfc3339(from_milliseconds(ms), 0).substr(0, 10);
}

std::string clock_words(std::int64_t ms, bool with_milliseconds) {
    return rfc3339(from_milliseconds(ms), with_milliseconds ? 3 : 0).substr(11, with_milliseconds ? 12 : 8);
}

std::string mark_words(std::string words) {
    const auto unit = words.find(' ');
    const auto point = words.find('.');
    if (unit == std::string::npos || point > unit) return words;
    auto end = unit;
    while (words[end - 1] == '0') --end;
    if (words[end - 1] == '.') --end;
    return words.erase(end, unit - end);
}

}  // namespace tapferry
