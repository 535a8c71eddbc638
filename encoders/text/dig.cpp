#include "encoders/text/dig.h"

#include "encoders/bounds.h"
#include "encoders/text/dig_text.h"
#include "encoders/text/text_line.h"

namespace tapferry {

DigEncoder::DigEncoder() : line_(LineFormat::dnstap_read()) {}

void DigEncoder::encode(const Event& event, RecordBuffer& records) {
    TextBuffer& out = records.open(event);
    if (event.notice != nullptr) {
        append_notice_line(out, event);
        return records.close(event);
    }
    const std::size_t begin = out.size();
    line_.append(out, event);
    out.push_back('\n');
    CutFields cut;
    if (!append_dig_text(out, event, "", max_event_bytes - (out.size() - begin))) cut.add(CutField::answers);
    records.cut(cut);
    // Also where no section ends the message, an empty line stands before the next one.
    if (event.has_message && !out.view().ends_with("\n\n")) out.push_back('\n');
    // What ends the last line is the framing's.
    out.truncate(out.size() - 1);
    records.close(event);
}

}  // namespace tapferry
