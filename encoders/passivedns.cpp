#include "encoders/passivedns.h"

namespace tapferry {

void PassivednsEncoder::encode(const Event& event, RecordBuffer& records) {
    keys_.start(event);
    while (keys_.next()) {
        const IpAddress client = address_or_wildcard(event.query.address, event.response.address);
        TextBuffer& out = records.open(event);
        append_before_key(out, event.time, shows_client_ ? &client : nullptr);
        if (!keys_.append(out)) return records.abandon();
        append_behind_key(out, keys_.ttl(), 1);
        records.close(event);
    }
}

}  // namespace tapferry
