// Event -> records of one format. Every Event has a rendering, so encode() cannot fail: bad options were
// refused when the encoder was built. The same event gives the same bytes, always. One encoder belongs to one
// route.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "encoders/records.h"
#include "proto/event.h"

namespace tapferry {

class Encoder {
  public:
    virtual ~Encoder() = default;
    // Appends 0 to n records.
    virtual void encode(const Event& event, RecordBuffer& records) = 0;
    // The batch ends: encoders that aggregate write their rows, and begin anew.
    virtual void close(RecordBuffer&) {}
    // For how long an encoder that aggregates gathers, by the time of receipt: its batches end where a
    // multiple of this has passed. None: it writes each event as it comes.
    [[nodiscard]] virtual std::optional<std::chrono::milliseconds> window() const { return {}; }
    // An encoder that aggregates has no room for a further event: its batch ends here.
    [[nodiscard]] virtual bool full() const { return false; }
    // How many records of answers it has not believed and left out, since it was made.
    [[nodiscard]] virtual std::uint64_t left_out() const { return 0; }
    // Whether it can say what the agent itself has to tell. False: of a notice it makes nothing.
    [[nodiscard]] virtual bool tells_notices() const { return true; }
    // What its records are made of; the buffer that they are written to must allow it.
    [[nodiscard]] virtual RecordText text() const { return RecordText::line; }
};

}  // namespace tapferry
