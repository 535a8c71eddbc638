// Which serial numbers came, which came twice, and which never: what a receiver knows at its end. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/bench/capture.h"

namespace tapferry::bench {

class Tally {
  public:
    // `before`: what stands before the serial number in a record, which is the identity of its event.
    Tally(std::uint64_t expected, std::uint64_t first, std::string before)
        : seen_(expected), first_(first), before_(std::move(before)) {}

    void take(std::string_view record) {
        ++lines_;
        const std::size_t begin = record.find(before_);
        const std::size_t at = begin + before_.size();
        if (begin == std::string_view::npos || record.size() < at + 1 + serial_digits ||
            record[at] != serial_letter) {
            ++foreign_;
            return;
        }
        std::uint64_t serial = 0;
        for (const char digit : record.substr(at + 1, serial_digits)) {
            serial = serial * 10 + static_cast<unsigned char>(digit - '0');
        }
        if (serial < first_ || serial - first_ >= seen_.size()) {
            ++foreign_;
            return;
        }
        std::uint8_t& times = seen_[serial - first_];
        if (times == 0) ++unique_;
        if (times < UINT8_MAX) ++times;
        repeated_ += times > 1;
    }

    void add_bytes(std::size_t count) { bytes_ += count; }
    [[nodiscard]] bool complete() const { return unique_ == seen_.size(); }

    void print() const {
        const auto missing = std::find(seen_.begin(), seen_.end(), 0);
        std::printf(
            "{\"lines\":%llu,\"bytes\":%llu,\"unique\":%llu,\"repeated\":%llu,\"foreign\":%llu,\"missing\":%"
            "llu,"
            "\"first_missing\":%lld}\n",
            static_cast<unsigned long long>(lines_), static_cast<unsigned long long>(bytes_),
            static_cast<unsigned long long>(unique_), static_cast<unsigned long long>(repeated_),
            static_cast<unsigned long long>(foreign_),
            static_cast<unsigned long long>(seen_.size() - unique_),
            missing == seen_.end() ? -1LL : static_cast<long long>(missing - seen_.begin()));
    }

  private:
    std::vector<std::uint8_t> seen_;
    std::uint64_t first_;
    std::string before_;
    std::uint64_t lines_ = 0, bytes_ = 0, unique_ = 0, repeated_ = 0, foreign_ = 0;
};

}  // namespace tapferry::bench
