// Graylog Extended Log Format 1.1: the fields that Graylog wants of every message, and the event's as
// additional fields, named as in the json format with "_" before. Their values are texts and numbers only, so
// that lists are written as one text. Framing (NUL over TCP) is the transport's.
#pragma once

#include <string>
#include <vector>

#include "encoders/encoder.h"
#include "encoders/options.h"
#include "encoders/remembered_text.h"
#include "proto/text_pieces.h"

namespace tapferry {

class GelfEncoder final : public Encoder {
  public:
    explicit GelfEncoder(const GelfOptions& options);
    void encode(const Event& event, RecordBuffer& records) override;

  private:
    // An additional field: the prepared member, and what writes its value.
    struct Field {
        std::string prefix;
        const struct EventField* field;
        bool quoted;
    };
    void append_head(struct JsonLine& line);
    void append_additional(struct JsonLine& line) const;

    std::string fixed_host_;  // with the member around it; empty: the identity
    std::vector<Field> fields_;
    RememberedText identity_;
    SecondText second_;
};

}  // namespace tapferry
