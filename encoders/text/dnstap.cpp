#include "encoders/text/dnstap.h"

namespace tapferry {

// An event that no frame stands behind has nothing to pass on.
void DnstapEncoder::encode(const Event& event, RecordBuffer& records) {
    if (event.frame.empty()) return;
    TextBuffer& out = records.open(event);
    out.append(std::string_view(reinterpret_cast<const char*>(event.frame.data()), event.frame.size()));
    records.close(event);
}

}  // namespace tapferry
