// An event as a YAML document of several lines, for people and for what reads `dnstap-read -y` or the YAML of
// Python's dnstap-receiver; the line "---" ends it. Text from the frame stands between single quotes, where
// YAML knows no escape but the doubled quote, so nothing in it can end or add anything.
#pragma once

#include "encoders/encoder.h"
#include "encoders/options.h"

namespace tapferry {

class YamlEncoder final : public Encoder {
  public:
    explicit YamlEncoder(const YamlOptions& options) : layout_(options.layout) {}
    void encode(const Event& event, RecordBuffer& records) override;
    [[nodiscard]] RecordText text() const override { return RecordText::lines; }

  private:
    YamlOptions::Layout layout_;
};

}  // namespace tapferry
