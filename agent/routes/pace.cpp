#include "agent/routes/pace.h"

#include <random>

namespace tapferry {

Pace::Pace(const DestinationConfig& destination)
    : configured_(destination.batch),
      rate_(destination.max_rate),
      backoff_(destination.retry.initial, destination.retry.max, std::random_device{}()),
      brake_(destination.hold_above) {}

BatchLimits Pace::limits() const {
    BatchLimits limits = configured_;
    limits.max_bytes = std::min(limits.max_bytes, most_bytes_);
    if (probing_) limits.max_events = std::min(limits.max_events, probe_events);
    if (rate_.limits()) limits.max_events = std::min(limits.max_events, rate_.most_at_once());
    return limits;
}

std::size_t Pace::most_records() const {
    if (held_) return held_probe_records;
    if (probing_) return probe_events;
    return rate_.limits() ? rate_.most_at_once() : ~std::size_t{0};
}

void Pace::failed(Time now, bool needs_a_person, std::chrono::milliseconds retry_after) {
    probing_ = true;
    away_ = true;
    pause(now, std::max(needs_a_person ? backoff_.slow() : backoff_.next(),
                        std::min(retry_after, longest_retry_after)));
}

void Pace::taken() {
    probing_ = false;
    note_there();
}

void Pace::answered() {
    probing_ = false;
    if (!held_) note_there();
    backoff_.reset();
}

std::size_t Pace::take_refusals(std::size_t accepted, std::size_t refused) {
    brake_.accepted(accepted);
    std::size_t count = 0;
    for (; count < refused && !held_ && !brake_.at_limit(); ++count) brake_.refused();
    if (count < refused) held_ = away_ = true;
    return count;
}

void Pace::let_go() {
    held_ = false;
    held_probe_.reset();
    brake_.forget();
    note_there();
    end_pause();
}

void Pace::pause(Time now, std::chrono::milliseconds length) {
    pauses_until_ = std::max(pauses_until_.value_or(Time{}), now + length);
}

}  // namespace tapferry
