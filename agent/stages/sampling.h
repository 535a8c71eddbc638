// Keeps a share of all names, always the same ones: of a name every event is kept or none, on every host and
// after every restart, so that what is kept of a name is whole. Owned by Stages.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>

#include "proto/event.h"

namespace tapferry {

class Sampling {
  public:
    // `rate`: above 0, to 1.
    explicit Sampling(double rate) : rate_(rate), bound_(bound(rate)) {}

    // Writes the rate into an event that is kept. What has no name is kept, and counts for itself alone.
    [[nodiscard]] bool keeps(Event& event) const {
        if (rate_ >= 1 || event.qname.empty()) return true;
        if (hash(event.qname) >= bound_) return false;
        event.sample_rate = rate_;
        return true;
    }

  private:
    static std::uint64_t bound(double rate) {
        return rate >= 1 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(std::ldexp(rate, 64));
    }
    // FNV-1a, stirred: part of what users rely on, so it stays as it is.
    static std::uint64_t hash(std::string_view name) {
        std::uint64_t value = 0xCBF29CE484222325;
        for (const char c : name) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001B3;
        value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD;
        value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53;
        return value ^ value >> 33;
    }

    double rate_;
    std::uint64_t bound_;
};

}  // namespace tapferry
