#include "agent/batches/open_batch.h"

namespace tapferry {

void OpenBatch::clear(Position from) {
    records.clear();
    begin = end = open_from = from;
    open = 0;
    totals = {};
    unread = left_out = 0;
    received = {};
    dead_frames.clear();
    dead_rows.clear();
    dead_bytes = 0;
    lost.clear();
    notices = {};
    notice_state = {};
    put_off.reset();
    window.reset();
}

bool OpenBatch::full(const BatchLimits& limits) const {
    return totals.rendered >= limits.max_events || records.bytes() + dead_bytes >= limits.max_bytes ||
           totals.read >= most_frames_of_a_batch;
}

std::array<std::uint64_t, loss_reason_count> OpenBatch::gone() const {
    std::array<std::uint64_t, loss_reason_count> gone{};
    for (const LostFrames& one : lost)
        gone[static_cast<std::size_t>(one.reason)] += distance(one.from, one.to);
    return gone;
}

bool OpenBatch::empty() const {
    return begin == end && totals.rendered == 0 && totals.filtered == 0 && unread == 0 && records.empty() &&
           dead_rows.empty();
}

}  // namespace tapferry
