#include "encoders/passive/passivedns.h"

#include "encoders/bounds.h"

namespace tapferry {

void PassivednsEncoder::encode(const Event& event, RecordBuffer& records) {
    if (event.notice != nullptr) {
        if (keys_.tells_notices()) append_passivedns_notice(event, records);
        return;
    }
    keys_.start(event);
    const std::size_t before = records.bytes();
    while (keys_.next()) {
        const IpAddress client = address_or_wildcard(event.query.address, event.response.address);
        TextBuffer& out = records.open(event);
        append_before_key(out, event.time, shows_client_ ? &client : nullptr);
        keys_.append(out);
        append_behind_key(out, keys_.ttl(), 1);
        if (out.size() - before > max_event_bytes) {
            records.abandon();
            CutFields answers;
            answers.add(CutField::answers);
            return records.cut_last(answers);
        }
        records.close(event);
    }
    if (keys_.has_more()) records.cut_event(CutField::answers);
}

}  // namespace tapferry
