// Tapferry's own JSON: one flat object an event, on one line, fields in a fixed order, absent ones left out.
// conf/schemas/tapferry-json-1.schema.json describes it. Appended from prepared fragments: a JSON library
// costs ten times the instructions.
#pragma once

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
    bool additional_;
    RememberedText identity_;
    RememberedText version_;
    RememberedText input_;
    SecondText second_;
    std::string_view end_;  // schema and the closing brace
};

}  // namespace tapferry
