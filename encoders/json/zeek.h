// Zeek's dns.log as JSON, for what reads Zeek: a line an event, and a line a transaction where the stages
// have paired queries with responses (rtt). Names of classes and types, and the texts of answers, are as Zeek
// writes them.
#pragma once

#include "encoders/encoder.h"
#include "encoders/options.h"
#include "encoders/remembered_text.h"
#include "proto/text_pieces.h"

namespace tapferry {

class ZeekEncoder final : public Encoder {
  public:
    explicit ZeekEncoder(const ZeekOptions& options) : options_(options) {}
    void encode(const Event& event, RecordBuffer& records) override;

  private:
    void append_head(struct JsonLine& line);

    ZeekOptions options_;
    RememberedText identity_;
    SecondText second_;
};

}  // namespace tapferry
