// One batch to a far side, and what that says: how tapferry probe learns it.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "encoders/records.h"
#include "transports/options.h"
#include "transports/transport.h"

namespace tapferry {

struct Trial {
    std::optional<Outcome> outcome;         // none: nothing is known of it in time
    std::string trouble;                    // then: why, where the transport knows
    bool not_admitted = false;              // the far side does not know us, or does not let us do this
    std::string warning;                    // and why no address before the one that took it did
    std::chrono::milliseconds patience{0};  // so long it was waited for

    [[nodiscard]] bool accepted() const {
        return outcome && outcome->verdict == Outcome::Verdict::accepted && outcome->refused_records.empty();
    }
    // What the far side said, or that it said nothing.
    [[nodiscard]] std::string words() const;
};

// Each address has its turn until one accepts the batch; of others the last is told. `timeout`: of each,
// beyond what the far side needs anyway; where nothing but its kernel answers, that is the replay window.
[[nodiscard]] Trial try_batch(const TransportOptions& options, const RecordBuffer& records,
                              std::chrono::milliseconds timeout);

}  // namespace tapferry
