// Tells data that a destination does not take from a configuration that it does not take: when too many of
// the last thousand records were refused, no more of them is to go to the dead letter. Owned by the route's
// thread.
#pragma once

#include <bitset>
#include <cstddef>

namespace tapferry {

class RefusalBrake {
  public:
    // `hold_above`: a share; 1: never.
    explicit RefusalBrake(double hold_above) : most_(static_cast<std::size_t>(hold_above * looked_at)) {}

    void accepted(std::size_t records) {
        for (std::size_t i = 0; i < records && i < looked_at; ++i) note(false);
    }
    void refused() { note(true); }
    // One more refusal would be too many.
    [[nodiscard]] bool at_limit() const { return most_ < looked_at && refused_ >= most_; }
    void forget() {
        last_.reset();
        refused_ = 0;
    }

  private:
    static constexpr std::size_t looked_at = 1000;

    void note(bool refused) {
        if (last_[next_]) --refused_;
        last_[next_] = refused;
        if (refused) ++refused_;
        next_ = (next_ + 1) % looked_at;
    }

    std::size_t most_;
    std::bitset<looked_at> last_;
    std::size_t next_ = 0;
    std::size_t refused_ = 0;
};

}  // namespace tapferry
