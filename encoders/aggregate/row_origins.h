// Where the rows of an aggregate come from: the little that an envelope wants of an event (type, identity) is
// kept by value, for a row outlives its events. The owner is one encoder.
#pragma once

#include <cstddef>
#include <cstdint>

#include "encoders/aggregate/key_table.h"
#include "proto/event.h"

namespace tapferry {

class RowOrigins {
  public:
    explicit RowOrigins(const HashKey& secret = HashKey::secret()) : keys_(secret) {}

    // The number of the event's origin; ask only for new rows, for memory grows with it.
    std::uint32_t number_of(const Event& event);
    // Makes `row` look like an event of that origin; its id and time are left alone.
    void restore(std::uint32_t number, Event& row) const;
    [[nodiscard]] std::size_t bytes() const { return keys_.key_bytes() + keys_.size() * bytes_beside_key; }
    void clear() { keys_.clear(); }

  private:
    static constexpr std::size_t bytes_beside_key = 16;
    KeyTable keys_;
};

}  // namespace tapferry
