// Splunk's Common Information Model, data model "Network Resolution (DNS)": an event under the field names
// that its searches and dashboards read, as one flat object. What the model has no field for has its name of
// the json format.
#pragma once

#include "encoders/encoder.h"
#include "encoders/remembered_text.h"
#include "proto/text_pieces.h"

namespace tapferry {

class CimEncoder final : public Encoder {
  public:
    void encode(const Event& event, RecordBuffer& records) override;

  private:
    RememberedText identity_;
    RememberedText version_;
    RememberedText input_;
    SecondText second_;
};

}  // namespace tapferry
