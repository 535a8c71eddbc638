// One line an event, as a LineFormat says: the formats text and template.
#pragma once

#include "encoders/encoder.h"
#include "encoders/options.h"
#include "encoders/text/line_format.h"

namespace tapferry {

class TextLineEncoder final : public Encoder {
  public:
    // Throw std::invalid_argument for a line that check_text_format() or check_template() refuses.
    explicit TextLineEncoder(const TextOptions& options);
    explicit TextLineEncoder(const TemplateOptions& options);
    void encode(const Event& event, RecordBuffer& records) override;

  private:
    LineFormat line_;
};

}  // namespace tapferry
