// Percentiles of the latencies of a row: exact up to 32 of them, beyond that from buckets whose middles are
// at most 1.6 % off for anything from 1 microsecond to a day, whatever the distribution; 0 is always exact. A
// pool serves all rows of a table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "encoders/aggregate/block_pool.h"
#include "encoders/aggregate/log_buckets.h"

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
    // Of LogBuckets, those from 2^10 nanoseconds to 2^47 (39 hours).
    static constexpr std::uint64_t least = std::uint64_t{1} << 10;
    static constexpr std::uint64_t most = (std::uint64_t{1} << 47) - 1;
    static constexpr std::size_t first_bucket = LogBuckets::of(least);
    static constexpr std::size_t buckets = LogBuckets::of(most) + 1 - first_bucket;
    static std::size_t bucket_of(std::uint64_t nanoseconds);

    BlockPool few_{exact_up_to};  // nanoseconds
    BlockPool buckets_{buckets};  // counts
};

}  // namespace tapferry
