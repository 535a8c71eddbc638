#include "encoders/month_time.h"

#include <string_view>

namespace tapferry {
namespace {

// "2026-11-05T21:23:42" taken apart.
struct Parts {
    Parts(SecondText& second, const Timestamp& time) { second.of(time.seconds).write(text); }
    [[nodiscard]] std::string_view month() const {
        const auto number = static_cast<std::size_t>((text[5] - '0') * 10 + text[6] - '0');
        return std::string_view("JanFebMarAprMayJunJulAugSepOctNovDec").substr((number - 1) * 3, 3);
    }
    [[nodiscard]] std::string_view year() const { return {text, 4}; }
    [[nodiscard]] std::string_view day() const { return {text + 8, 2}; }
    [[nodiscard]] std::string_view clock() const { return {text + 11, 8}; }
    char text[SecondText::size] = {};
};

}  // namespace

void append_bsd_time(TextBuffer& out, SecondText& second, const Timestamp& time) {
    const Parts parts(second, time);
    const std::string_view day = parts.day();
    out.append(parts.month(), ' ', day[0] == '0' ? ' ' : day[0], day[1], ' ', parts.clock());
}

void append_leef_time(TextBuffer& out, SecondText& second, const Timestamp& time) {
    const Parts parts(second, time);
    out.append(parts.month(), ' ', parts.day(), ' ', parts.year(), ' ', parts.clock(),
               FractionText{time.nanoseconds, 3}, " UTC");
}

void append_bind_time(TextBuffer& out, SecondText& second, const Timestamp& time) {
    const Parts parts(second, time);
    out.append(parts.day(), '-', parts.month(), '-', parts.year(), ' ', parts.clock(),
               FractionText{time.nanoseconds, 3});
}

}  // namespace tapferry
