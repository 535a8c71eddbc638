// One line an event, as a LineFormat says: the formats text and template. A notice stands in a line that has
// the field `notice`; other lines, which something takes apart that knows no notices, are not written for it.
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
    [[nodiscard]] bool tells_notices() const override { return tells_notices_ || notices_as_such_; }

  private:
    LineFormat line_;
    bool notices_as_such_ = false;  // in a line of their own
    bool tells_notices_;            // its line has their field
};

// "TIME NOTICE gap ID lost 3 frames …": what is no DNS message, among lines for people.
void append_notice_line(TextBuffer& out, const Event& event);

}  // namespace tapferry
