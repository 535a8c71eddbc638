// The line of the text format and below it the whole message, for people: the format dig (`dnstap-read -p`).
// Several lines an event.
#pragma once

#include "encoders/encoder.h"
#include "encoders/text/line_format.h"

namespace tapferry {

class DigEncoder final : public Encoder {
  public:
    DigEncoder();
    void encode(const Event& event, RecordBuffer& records) override;
    [[nodiscard]] RecordText text() const override { return RecordText::lines; }

  private:
    LineFormat line_;
};

}  // namespace tapferry
