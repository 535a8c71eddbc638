// Percentiles of the latencies of a row: exact up to 32 of them, beyond that from buckets whose middles are
// at most 1.6 % off for anything from 1 microsecond to a day, whatever the distribution; 0 is always exact. A
// pool serves all rows of a table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "encoders/aggregate/block_pool.h"

namespace tapferry {

struct LatencySketch {
    std::uint32_t count = 0;  // of those above 0
    std::uint32_t zeros = 0;
    std::uint32_t block = 0;  // of the pool for few, or for many
    [[nodiscard]] std::uint64_t all() const { return std::uint64_t{count} + zeros; }
};

class LatencySketches {
  public:
    static constexpr std::uint32_t exact_up_to = 32;

    void add(LatencySketch& sketch, std::uint64_t nanoseconds);
    // The least latency that `percent` of all do not exceed; none: there are no latencies.
    [[nodiscard]] std::optional<std::uint64_t> percentile(const LatencySketch& sketch,
                                                          unsigned percent) const;
    [[nodiscard]] std::size_t bytes() const { return few_.bytes() + buckets_.bytes(); }
    void clear() {
        few_.clear();
        buckets_.clear();
    }

  private:
    // Each doubling from 2^10 nanoseconds to 2^47 (39 hours) has 32 buckets of one width.
    static constexpr unsigned fraction_bits = 5;
    static constexpr unsigned first_exponent = 10;
    static constexpr unsigned end_exponent = 47;
    static constexpr std::size_t buckets = std::size_t{end_exponent - first_exponent} << fraction_bits;
    static std::size_t bucket_of(std::uint64_t nanoseconds);
    static std::uint64_t middle_of(std::size_t bucket);

    BlockPool few_{exact_up_to};  // nanoseconds
    BlockPool buckets_{buckets};  // counts
};

}  // namespace tapferry
