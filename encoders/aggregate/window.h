// The stretch of the stream that an aggregate is made of: from the first event since the last close(). Its
// bounds are the multiples of its length around the times of receipt, never the clock. The owner is one
// encoder.
#pragma once

#include <chrono>
#include <cstdint>

#include "proto/event.h"

namespace tapferry {

class Window {
  public:
    explicit Window(std::chrono::milliseconds length) : length_(length) {}

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
    [[nodiscard]] Timestamp begin() const { return time_of(number_of(first_received_)); }
    [[nodiscard]] Timestamp end() const { return time_of(number_of(last_received_) + 1); }
    // Rows have counts of 32 bits: one further event still fits, whatever it has, as long as this is false.
    [[nodiscard]] bool full() const { return counted_ >= most_counted; }

  private:
    static constexpr std::uint64_t most_counted = 4'000'000'000;
    static constexpr std::int64_t a_second = 1000;
    static constexpr std::uint32_t nanoseconds_a_millisecond = 1'000'000;

    // Windows are counted from 1970-01-01 UTC.
    [[nodiscard]] std::int64_t number_of(const Timestamp& time) const {
        const std::int64_t milliseconds =
            time.seconds * a_second + time.nanoseconds / nanoseconds_a_millisecond;
        const std::int64_t number = milliseconds / length_.count();
        return milliseconds % length_.count() < 0 ? number - 1 : number;
    }
    [[nodiscard]] Timestamp time_of(std::int64_t number) const {
        const std::int64_t milliseconds = number * length_.count();
        const std::int64_t rest = ((milliseconds % a_second) + a_second) % a_second;
        return {(milliseconds - rest) / a_second,
                static_cast<std::uint32_t>(rest) * nanoseconds_a_millisecond};
    }

    std::chrono::milliseconds length_;
    std::uint64_t events_ = 0;
    std::uint64_t counted_ = 0;
    EventId id_;
    Timestamp first_received_;
    Timestamp last_received_;
};

}  // namespace tapferry
