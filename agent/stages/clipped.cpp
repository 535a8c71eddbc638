#include "agent/stages/clipped.h"

#include <algorithm>

namespace tapferry {

bool Clipping::clips(const Event& event) {
    records_.clear();
    encoder_->encode(event, records_);
    // In a text its quotes would be escaped.
    return std::ranges::any_of(records_.records(), [&](const Record& record) {
        return records_.content(record).find(",\"clipped\":true") != std::string_view::npos;
    });
}

}  // namespace tapferry
