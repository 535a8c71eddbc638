// RFC 5424's header around a record of any format: "<134>1 TIME HOSTNAME APP-NAME - MSGID SD ".
// Deterministic: the time is the event's, PROCID is never written. No byte order mark before the message:
// receivers keep it as text.
#pragma once

#include <string>

#include "encoders/options.h"
#include "encoders/records.h"

namespace tapferry {

class SyslogHeader final : public Envelope {
  public:
    explicit SyslogHeader(const SyslogHeaderOptions& options);
    void open(const Event& event, TextBuffer& out) const override;

  private:
    void append_hostname(const Event& event, TextBuffer& out) const;

    std::uint8_t facility_;
    bool hostname_is_identity_;
    bool structured_data_;
    std::string fixed_hostname_;  // fit for the header, never empty
    std::string app_name_;        // with the spaces and PROCID around it
};

}  // namespace tapferry
