#include "agent/rates.h"

#include <algorithm>

namespace tapferry {

namespace {

constexpr std::chrono::seconds remembered{10};

}  // namespace

void Rates::sample(Clock::time_point now, Counts counts) {
    samples_.push_back({now, std::move(counts)});
    while (samples_.size() > 2 && samples_[1].when + remembered <= now) samples_.pop_front();
}

double Rates::of(const std::string& name) const {
    if (samples_.size() < 2) return 0;
    const auto first = samples_.front().counts.find(name);
    const auto last = samples_.back().counts.find(name);
    if (first == samples_.front().counts.end() || last == samples_.back().counts.end()) return 0;
    const std::chrono::duration<double> passed = samples_.back().when - samples_.front().when;
    if (passed.count() <= 0) return 0;
    return static_cast<double>(last->second - std::min(first->second, last->second)) / passed.count();
}

}  // namespace tapferry
