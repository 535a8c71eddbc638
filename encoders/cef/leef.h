// LEEF 2.0 for QRadar: pairs with a TAB between them. The header holds constants only; no value can hold the
// delimiter, which LEEF has no escape for. What was left out is named in "truncated".
#pragma once

#include <string>
#include <vector>

#include "encoders/encoder.h"
#include "encoders/options.h"
#include "proto/text_pieces.h"

namespace tapferry {

class LeefEncoder final : public Encoder {
  public:
    explicit LeefEncoder(const LeefOptions& options);
    void encode(const Event& event, RecordBuffer& records) override;
    [[nodiscard]] RecordText text() const override { return RecordText::tabbed_line; }

  private:
    std::vector<std::string> headers_;  // by event class
    const Severities severities_;
    const std::size_t max_bytes_;
    SecondText second_;
};

}  // namespace tapferry
