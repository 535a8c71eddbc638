// CEF:0 for syslog: the header holds constants only, never a byte of the event; the extension's keys come in
// a fixed order, because receivers in the field match it by regular expression. Values keep the lengths of
// ArcSight's dictionary, and what was cut or left out is named in flexString1.
#pragma once

#include <string>
#include <vector>

#include "encoders/encoder.h"
#include "encoders/options.h"

namespace tapferry {

class CefEncoder final : public Encoder {
  public:
    explicit CefEncoder(const CefOptions& options);
    void encode(const Event& event, RecordBuffer& records) override;

  private:
    void encode_one(const Event& event, std::size_t answer, RecordBuffer& records);
    void append_header(TextBuffer& out, const Event& event) const;

    const CefOptions options_;
    std::string begin_;                 // up to the device's version
    std::vector<std::string> headers_;  // by event class, up to the severity
};

}  // namespace tapferry
