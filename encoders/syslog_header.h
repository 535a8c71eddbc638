// The syslog header around a record of any format: RFC 5424's "<134>1 TIME HOSTNAME APP-NAME - MSGID SD ", or
// RFC 3164's "<134>TIME HOSTNAME TAG: ". Deterministic: the time is the event's, PROCID is never written. No
// byte order mark before the message: receivers keep it as text.
#pragma once

#include <string>

#include "encoders/options.h"
#include "encoders/records.h"
#include "proto/text_pieces.h"

namespace tapferry {

class SyslogHeader final : public Envelope {
  public:
    explicit SyslogHeader(const SyslogHeaderOptions& options);
    void open(const Event& event, const Record& record, TextBuffer& out) const override;

  private:
    void append_rfc5424(const Event& event, const Record& record, TextBuffer& out) const;
    void append_rfc3164(const Event& event, TextBuffer& out) const;
    void append_iso_time(const Event& event, TextBuffer& out) const;
    void append_hostname(const Event& event, TextBuffer& out) const;

    const SyslogHeaderOptions options_;
    std::string fixed_hostname_;  // never empty
    std::string app_name_;        // with what stands around it
    mutable SecondText second_;   // remembers what open() renders
};

}  // namespace tapferry
