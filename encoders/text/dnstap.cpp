#include "encoders/text/dnstap.h"

#include "proto/carried_id.h"

namespace tapferry {

// An event that no frame stands behind has nothing to pass on.
void DnstapEncoder::encode(const Event& event, RecordBuffer& records) {
    if (event.frame.empty()) return;
    TextBuffer& out = records.open(event);
    const std::size_t frame = out.size();
    out.append(std::string_view(reinterpret_cast<const char*>(event.frame.data()), event.frame.size()));
    if (options_.carry_id) append_carried_id(out, frame, event.id, event.extra);
    records.close(event);
}

}  // namespace tapferry
