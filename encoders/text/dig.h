// The line of the text format and below it the whole message, for people: the formats dig (`dnstap-read -p`)
// and hex (`dnstap-read -x`). Several lines an event.
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

// The message's bytes as they were sent, all of them: cut short they would be good for nothing.
class HexEncoder final : public Encoder {
  public:
    HexEncoder();
    void encode(const Event& event, RecordBuffer& records) override;
    [[nodiscard]] RecordText text() const override { return RecordText::lines; }

  private:
    LineFormat line_;
};

}  // namespace tapferry
