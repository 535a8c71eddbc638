#include "agent/commands/time_option.h"

#include <chrono>

#include "agent/commands/commands.h"
#include "agent/config/values.h"
#include "agent/stages/expression_time.h"
#include "encoders/time_units.h"

namespace tapferry {

namespace {

Timestamp ago(std::chrono::milliseconds duration) {
    using namespace std::chrono;
    return from_milliseconds(
        duration_cast<milliseconds>(system_clock::now().time_since_epoch() - duration).count());
}

}  // namespace

std::optional<Timestamp> read_time_option(const std::string& option, const std::string& text) {
    if (text.empty()) return std::nullopt;
    if (const auto time = parse_time(text)) return time;
    if (const auto duration = parse_duration(text)) return ago(*duration);
    throw WrongUsage(option + ": \"" + text +
                     "\" is not a time: give 2026-11-20T21:00:00Z, or how long ago, as 90m or 2h");
}

}  // namespace tapferry
