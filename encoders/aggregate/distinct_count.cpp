#include "encoders/aggregate/distinct_count.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "encoders/aggregate/keyed_hash.h"

namespace tapferry {
namespace {

constexpr HashKey same_everywhere{0x7461706665727279, 0x64697374696E6374};

// Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", section 2: what registers that saw
// nothing, and those that are at their end, stand for.
double sigma(double x) {
    if (x == 1) return INFINITY;
    double sum = x;
    double factor = 1;
    for (double before = -1; before != sum; factor += factor) {
        x *= x;
        before = sum;
        sum += x * factor;
    }
    return sum;
}

double tau(double x) {
    if (x == 0 || x == 1) return 0;
    double sum = 1 - x;
    double factor = 1;
    for (double before = -1; before != sum;) {
        x = std::sqrt(x);
        before = sum;
        factor /= 2;
        sum -= (1 - x) * (1 - x) * factor;
    }
    return sum / 3;
}

}  // namespace

void DistinctCounts::add(DistinctCount& count, std::string_view thing) {
    const std::uint64_t hash = sip_hash(same_everywhere, thing);
    if (count.size == 0) {
        count.only = hash;
        count.size = 1;
    } else if (count.size == DistinctCount::many) {
        add_many(count, hash);
    } else if (hash != count.only) {
        add_few(count, hash);
    }
}

void DistinctCounts::add_few(DistinctCount& count, std::uint64_t hash) {
    if (count.size == 1) {
        count.block = few_.take();
        few_.words(count.block)[0] = count.only;
    }
    std::uint64_t* const hashes = few_.words(count.block);
    if (std::find(hashes, hashes + count.size, hash) != hashes + count.size) return;
    if (count.size < exact_up_to) {
        hashes[count.size++] = hash;
        return;
    }
    count.size = DistinctCount::many;
    count.block = registers_.take();
    std::for_each(hashes, hashes + exact_up_to, [&](std::uint64_t one) { add_many(count, one); });
    add_many(count, hash);
}

void DistinctCounts::add_many(DistinctCount& count, std::uint64_t hash) {
    auto* const bytes = reinterpret_cast<std::uint8_t*>(registers_.words(count.block));
    std::uint8_t& place = bytes[hash >> (64 - index_bits)];
    // The one at the end bounds the run of zeros.
    const std::uint64_t rest = hash << index_bits | std::uint64_t{1} << (index_bits - 1);
    place = std::max(place, static_cast<std::uint8_t>(std::countl_zero(rest) + 1));
}

std::uint64_t DistinctCounts::estimate(const DistinctCount& count) const {
    if (count.size != DistinctCount::many) return count.size;
    constexpr unsigned longest = 64 - index_bits;
    constexpr auto all = static_cast<double>(registers);
    std::array<double, longest + 2> with{};  // how many registers have that value
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(registers_.words(count.block));
    for (std::size_t i = 0; i < registers; ++i) ++with[bytes[i]];
    double sum = all * tau(1 - with[longest + 1] / all);
    for (unsigned value = longest; value >= 1; --value) sum = (sum + with[value]) / 2;
    sum += all * sigma(with[0] / all);
    constexpr double half_over_log_2 = 0.72134752044448170368;
    return static_cast<std::uint64_t>(std::llround(half_over_log_2 * all * all / sum));
}

}  // namespace tapferry
