#include "encoders/aggregate/latency_sketch.h"

#include <algorithm>
#include <array>

namespace tapferry {

void LatencySketches::add(LatencySketch& sketch, std::uint64_t nanoseconds) {
    if (nanoseconds == 0) {
        ++sketch.zeros;
        return;
    }
    if (sketch.count == 0) sketch.block = few_.take();
    if (sketch.count == exact_up_to) {
        const std::uint64_t* const exact = few_.words(sketch.block);
        sketch.block = buckets_.take();
        std::uint64_t* const counts = buckets_.words(sketch.block);
        std::for_each(exact, exact + exact_up_to, [&](std::uint64_t one) { ++counts[bucket_of(one)]; });
    }
    if (sketch.count < exact_up_to) {
        few_.words(sketch.block)[sketch.count] = nanoseconds;
    } else {
        ++buckets_.words(sketch.block)[bucket_of(nanoseconds)];
    }
    ++sketch.count;
}

std::optional<std::uint64_t> LatencySketches::percentile(const LatencySketch& sketch,
                                                         unsigned percent) const {
    if (sketch.all() == 0) return {};
    const std::uint64_t rank_of_all = (sketch.all() * percent + 99) / 100;  // from 1
    if (rank_of_all <= sketch.zeros) return 0;
    const std::uint64_t rank = rank_of_all - sketch.zeros;
    if (sketch.count <= exact_up_to) {
        std::array<std::uint64_t, exact_up_to> sorted{};
        auto* const end = std::copy_n(few_.words(sketch.block), sketch.count, sorted.begin());
        std::sort(sorted.begin(), end);
        return sorted[rank - 1];
    }
    const std::uint64_t* const counts = buckets_.words(sketch.block);
    std::size_t bucket = 0;
    for (std::uint64_t passed = counts[0]; passed < rank; passed += counts[bucket]) ++bucket;
    return LogBuckets::middle(first_bucket + bucket);
}

std::size_t LatencySketches::bucket_of(std::uint64_t nanoseconds) {
    return LogBuckets::of(std::clamp(nanoseconds, least, most)) - first_bucket;
}

}  // namespace tapferry
