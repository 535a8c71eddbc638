// The JSON around a record for Splunk's HTTP Event Collector:
// {"time":1795209822.143733,"host":"ns1","source":"…","sourcetype":"…","index":"…","event":RECORD,
// "fields":{…}}. A record that is no JSON object becomes a JSON string. Deterministic: the time is the
// event's.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "encoders/event_fields.h"
#include "encoders/options.h"
#include "encoders/records.h"
#include "encoders/text/line_format.h"

namespace tapferry {

class SplunkEnvelope final : public Envelope {
  public:
    // The options' texts and names are sound: check_splunk_text(), check_indexed_field().
    explicit SplunkEnvelope(const SplunkEnvelopeOptions& options);
    void open(const Event& event, const Record& record, TextBuffer& out) const override;
    void close(const Event& event, TextBuffer& out) const override;

  private:
    // `,"host":"` and what stands behind it: a text that is escaped already, or fields.
    struct Member {
        std::string prefix;
        std::variant<std::string, LineFormat> text;
        std::string otherwise;  // when the text is empty; empty: there is no such member
    };
    void add_member(std::string_view name, const std::string& text, const std::string& otherwise);
    static void append_member(TextBuffer& out, const Event& event, const Member& member);

    std::vector<Member> members_;
    std::vector<const EventField*> indexed_;
    const bool is_json_;
    mutable std::size_t content_begin_ = 0;  // between open() and close()
};

}  // namespace tapferry
