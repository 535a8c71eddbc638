// Frames of at most 64 KiB that were made to cost as much as can be: in the walk of names, in text that is
// cut afterwards, in numbers of records. For the test that bounds what they cost, and for
// tests/bench/worst_bench.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace tapferry::test {

struct WorstFrame {
    std::string_view name;
    std::vector<std::uint8_t> bytes;
};

std::vector<WorstFrame> worst_frames();

}  // namespace tapferry::test
