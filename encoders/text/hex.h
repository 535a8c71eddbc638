// The line of the text format and below it the bytes of the message in hexadecimal: the format hex
// (`dnstap-read -x`). Two lines an event.
#pragma once

#include "encoders/encoder.h"
#include "encoders/text/line_format.h"

namespace tapferry {

// The bytes stand as they were sent, all of them: cut short they would be good for nothing.
class HexEncoder final : public Encoder {
  public:
    HexEncoder();
    void encode(const Event& event, RecordBuffer& records) override;
    [[nodiscard]] RecordText text() const override { return RecordText::lines; }

  private:
    LineFormat line_;
};

}  // namespace tapferry
