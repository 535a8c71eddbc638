// The stretch of the stream that an aggregate is made of: from the first event since the last close(). Its
// bounds are the multiples of its length around the times of receipt, never the clock. The owner is one
// encoder.
#pragma once

#include <chrono>
#include <cstdint>

#include "encoders/time_units.h"
#include "proto/event.h"

namespace tapferry {

class Window {
  public:
    // Rows have counts of 32 bits: of `most_counted` one further event still fits, whatever it has.
    explicit Window(std::chrono::milliseconds length, std::uint64_t most_counted = 4'000'000'000)
        : length_(length), most_counted_(most_counted) {}

    void take(const Event& event) {
        if (events_++ == 0) {
            id_ = event.id;
            first_received_ = last_received_ = event.received;
        } else if (event.received > last_received_) {
            last_received_ = event.received;
        }
    }
    // Something of the event was counted in a row.
    void count() { ++counted_; }
    void clear() { events_ = counted_ = 0; }

    [[nodiscard]] std::chrono::milliseconds length() const { return length_; }
    // Of the first event.
    [[nodiscard]] const EventId& id() const { return id_; }
    [[nodiscard]] Timestamp begin() const {
        return window_begin(window_number(first_received_, length_), length_);
    }
    [[nodiscard]] Timestamp end() const {
        return window_begin(window_number(last_received_, length_) + 1, length_);
    }
    [[nodiscard]] bool full() const { return counted_ >= most_counted_; }

  private:
    std::chrono::milliseconds length_;
    std::uint64_t most_counted_;
    std::uint64_t events_ = 0;
    std::uint64_t counted_ = 0;
    EventId id_;
    Timestamp first_received_;
    Timestamp last_received_;
};

}  // namespace tapferry
