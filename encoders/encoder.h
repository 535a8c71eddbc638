// Event -> records of one format. Every Event has a rendering, so encode() cannot fail: bad options were
// refused when the encoder was built. The same event gives the same bytes, always. One encoder belongs to one
// route.
#pragma once

#include "encoders/records.h"
#include "proto/event.h"

namespace tapferry {

class Encoder {
  public:
    virtual ~Encoder() = default;
    // Appends 0 to n records.
    virtual void encode(const Event& event, RecordBuffer& records) = 0;
    // The batch ends: encoders that aggregate write their rows.
    virtual void close(RecordBuffer&) {}
    // What its records are made of; the buffer that they are written to must allow it.
    [[nodiscard]] virtual RecordText text() const { return RecordText::line; }
};

}  // namespace tapferry
