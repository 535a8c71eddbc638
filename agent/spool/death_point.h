// Places where a test has the program killed, to see that nothing is lost there: TAPFERRY_DIE_AT=NAME, or
// NAME:n for the n-th time, and the process ends by SIGKILL. Only in builds with TAPFERRY_DEATH_POINTS; of
// any other nothing is left, not even the names. Likewise frames that crash it:
// TAPFERRY_CRASH_ON=NAME:HOW:TEXT.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tapferry {

#ifdef TAPFERRY_DEATH_POINTS
void death_point(std::string_view name);
// Whether death_point(name) would be the end, so that half of something can be done first.
[[nodiscard]] bool about_to_die(std::string_view name);
// Whether a death at a point whose name begins so is waited for: it should come soon.
[[nodiscard]] bool death_is_awaited(std::string_view beginning);
// Crashes when the frame holds that text: by `abort`, `fault` or `overflow` of the stack; or is killed,
// `kill`.
void crash_point(std::string_view name, std::span<const std::uint8_t> frame);
#else
inline void death_point(std::string_view) {}
inline void crash_point(std::string_view, std::span<const std::uint8_t>) {}
[[nodiscard]] inline bool about_to_die(std::string_view) {
    return false;
}
[[nodiscard]] inline bool death_is_awaited(std::string_view) {
    return false;
}
#endif

}  // namespace tapferry
