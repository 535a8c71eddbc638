// The dnstap frame itself, byte for byte as the DNS server sent it: to pass it on, or to keep a part of a
// capture. With carry_id the event's id stands behind it, as proto/carried_id.h has it. With
// Framing::length_prefix its records are the data frames of a Frame Streams stream; START and STOP around
// them are the writer's (transports/frame_streams_file.h). What stages changed in the event is not in it: see
// passes_frame_on() in make_encoder.h.
#pragma once

#include "encoders/encoder.h"
#include "encoders/options.h"

namespace tapferry {

class DnstapEncoder final : public Encoder {
  public:
    explicit DnstapEncoder(const DnstapOptions& options) : options_(options) {}
    void encode(const Event& event, RecordBuffer& records) override;
    [[nodiscard]] RecordText text() const override { return RecordText::bytes; }
    [[nodiscard]] bool tells_notices() const override { return false; }

  private:
    const DnstapOptions options_;
};

}  // namespace tapferry
