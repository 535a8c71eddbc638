// The JSON of Python's dnstap-receiver, byte for byte as its users know it: an object an event, its keys in
// its order, a space behind colons and commas. Answers, EDNS and all that it does not tell are left out.
#pragma once

#include "encoders/encoder.h"

namespace tapferry {

class ReceiverJsonEncoder final : public Encoder {
  public:
    void encode(const Event& event, RecordBuffer& records) override;
};

}  // namespace tapferry
