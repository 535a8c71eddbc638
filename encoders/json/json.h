// Tapferry's own JSON: one flat object an event, on one line, fields in a fixed order, absent ones left out.
// conf/schemas/tapferry-json-1.schema.json describes it. Appended from prepared fragments: a JSON library
// costs ten times the instructions. With answers = one_event_each it is an object an answer instead, the
// other sections in the first of them.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "encoders/encoder.h"
#include "encoders/options.h"
#include "encoders/remembered_text.h"
#include "proto/text_pieces.h"

namespace tapferry {

class JsonEncoder final : public Encoder {
  public:
    explicit JsonEncoder(const JsonOptions& options);
    void encode(const Event& event, RecordBuffer& records) override;

  private:
    // `answer`: the one that the object is about, counted from 0.
    void append(const Event& event, RecordBuffer& records, const std::optional<std::size_t>& answer);
    void append_other_sections(struct JsonLine& line) const;

    JsonOptions options_;
    RememberedText identity_;
    RememberedText version_;
    RememberedText input_;
    SecondText second_;
    std::string_view end_;  // schema and the closing brace
};

}  // namespace tapferry
