// Buckets for numbers of many orders of magnitude: one for each number below 32, above that 32 of one width
// to each doubling. The middle of a bucket is at most 1.6 % off from whatever is in it. Used by
// latency_sketch.cpp, and by the histograms of `stats`.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace tapferry {

class LogBuckets {
  public:
    // Of all numbers.
    static constexpr std::size_t count = std::size_t{64 - 5 + 1} << 5;

    // The leading 1 and the five bits behind it choose.
    static constexpr std::size_t of(std::uint64_t number) {
        if (number < a_doubling) return static_cast<std::size_t>(number);
        const auto octave = static_cast<unsigned>(std::bit_width(number)) - 1 - bits;
        return ((std::size_t{octave} + 1) << bits) + ((number >> octave) & (a_doubling - 1));
    }
    // The least number in it.
    static constexpr std::uint64_t begin(std::size_t bucket) {
        if (bucket < a_doubling) return bucket;
        return (a_doubling + (bucket & (a_doubling - 1))) << octave_of(bucket);
    }
    static constexpr std::uint64_t middle(std::size_t bucket) {
        return begin(bucket) + (bucket < a_doubling ? 0 : (std::uint64_t{1} << octave_of(bucket)) / 2);
    }

  private:
    static constexpr unsigned bits = 5;
    static constexpr std::uint64_t a_doubling = 1U << bits;
    static constexpr unsigned octave_of(std::size_t bucket) {
        return static_cast<unsigned>(bucket >> bits) - 1;
    }
};

}  // namespace tapferry
