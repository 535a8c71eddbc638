// A line from literal text and %{field} directives, compiled once; %% is a percent sign. A field that an
// event has not is "-". Free text (identity, answers and the like) never holds a space or a punctuation mark
// of the literal text, so that a line can be split where the format says.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "encoders/encoder.h"
#include "encoders/event_fields.h"
#include "encoders/options.h"

namespace tapferry {

// Literal text and the field behind it; the last step may have none.
struct TextStep {
    std::string literal;
    const EventField* field = nullptr;
};

// The steps of `format`, or why it cannot be used.
std::variant<std::vector<TextStep>, std::string> parse_text_format(std::string_view format);

class TextLineEncoder final : public Encoder {
  public:
    // Throws std::invalid_argument for a format that check_text_format() refuses.
    explicit TextLineEncoder(const TextOptions& options);
    void encode(const Event& event, RecordBuffer& records) override;

  private:
    std::vector<TextStep> steps_;
    std::string separators_;  // what free text may not hold
};

}  // namespace tapferry
