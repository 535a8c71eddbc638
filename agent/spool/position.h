// Where a reader of the log stands: the sequence number of the next frame to read. Numbers begin at 1, are
// given once and never again, over all runs of the agent.
#pragma once

#include <cstdint>

namespace tapferry {

enum class Position : std::uint64_t {};

inline constexpr Position first_position{1};
// No sequence number reaches it, so that sums of two never overflow. A greater one in a file is damage.
inline constexpr std::uint64_t sequence_limit = std::uint64_t{1} << 62;

constexpr std::uint64_t number(Position p) {
    return static_cast<std::uint64_t>(p);
}
constexpr Position operator+(Position p, std::uint64_t frames) {
    return Position{number(p) + frames};
}
// Frames from `from` up to, and without, `to`. `to` must not be before `from`.
constexpr std::uint64_t distance(Position from, Position to) {
    return number(to) - number(from);
}

}  // namespace tapferry
