// Open Cybersecurity Schema Framework, class DNS Activity (4003): version 1.3, or 1.9, which moved
// transaction identifier, operation code and flags to the event. What the class has no attribute for stands
// below "unmapped".
#pragma once

#include "encoders/encoder.h"
#include "encoders/options.h"
#include "encoders/remembered_text.h"
#include "proto/text_pieces.h"

namespace tapferry {

class OcsfEncoder final : public Encoder {
  public:
    explicit OcsfEncoder(const OcsfOptions& options) : options_(options) {}
    void encode(const Event& event, RecordBuffer& records) override;

  private:
    void append_metadata(struct JsonLine& line);
    void append_unmapped(struct JsonLine& line);

    OcsfOptions options_;
    RememberedText identity_;
    RememberedText version_;
    RememberedText input_;
    SecondText second_;
};

}  // namespace tapferry
