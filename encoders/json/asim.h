// Microsoft Sentinel's DNS activity by the Advanced Security Information Model, schema 0.1.7: one flat object
// whose members are the columns, every mandatory one of them in each event. What has no column stands in the
// dynamic column AdditionalFields.
#pragma once

#include "encoders/encoder.h"
#include "encoders/remembered_text.h"
#include "proto/text_pieces.h"

namespace tapferry {

class AsimEncoder final : public Encoder {
  public:
    void encode(const Event& event, RecordBuffer& records) override;

  private:
    void append_device(struct JsonLine& line);
    void append_ends(struct JsonLine& line);
    void append_additional(struct JsonLine& line);

    RememberedText identity_;
    RememberedText source_;
    RememberedText version_;
    RememberedText input_;
    SecondText second_;
};

}  // namespace tapferry
