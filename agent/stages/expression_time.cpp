#include "agent/stages/expression_time.h"

#include <chrono>

namespace tapferry {

namespace {

// Takes a time apart from the left; every step says whether what it wants was there.
class TimeReader {
  public:
    explicit TimeReader(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool done() const { return rest_.empty(); }
    bool take(std::string_view any_of) {
        if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
        taken_ = rest_.front();
        rest_.remove_prefix(1);
        return true;
    }
    [[nodiscard]] char taken() const { return taken_; }

    bool digits(std::size_t count, int most, int& value) {
        value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (!take("0123456789")) return false;
            value = value * 10 + (taken_ - '0');
        }
        return value <= most;
    }

    bool fraction(std::uint32_t& nanoseconds) {
        std::uint32_t unit = 100'000'000;
        bool any = false;
        while (take("0123456789")) {
            nanoseconds += static_cast<std::uint32_t>(taken_ - '0') * unit;
            unit /= 10;
            any = true;
        }
        return any;
    }

  private:
    std::string_view rest_;
    char taken_ = 0;
};

}  // namespace

std::optional<Timestamp> parse_time(std::string_view text) {
    TimeReader reader(text);
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    Timestamp time;
    if (!reader.digits(4, 9999, year) || !reader.take("-") || !reader.digits(2, 12, month) ||
        !reader.take("-") || !reader.digits(2, 31, day))
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok()) return std::nullopt;
    if (!reader.done()) {
        if (!reader.take("Tt ") || !reader.digits(2, 23, hour) || !reader.take(":") ||
            !reader.digits(2, 59, minute))
            return std::nullopt;
        if (reader.take(":") && !reader.digits(2, 60, second)) return std::nullopt;
        if (reader.take(".") && !reader.fraction(time.nanoseconds)) return std::nullopt;
    }
    int offset = 0;  // minutes
    if (!reader.done() && !reader.take("Zz")) {
        int hours = 0, minutes = 0;
        if (!reader.take("+-")) return std::nullopt;
        const int sign = reader.taken() == '-' ? -1 : 1;
        if (!reader.digits(2, 23, hours) || !reader.take(":") || !reader.digits(2, 59, minutes))
            return std::nullopt;
        offset = sign * (hours * 60 + minutes);
    }
    if (!reader.done()) return std::nullopt;
    const auto days = std::chrono::sys_days(date).time_since_epoch().count();
    time.seconds = std::int64_t{days} * 86'400 + hour * 3'600 + (minute - offset) * 60 + second;
    return time;
}

}  // namespace tapferry
