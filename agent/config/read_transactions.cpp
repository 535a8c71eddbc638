#include "agent/config/read_transactions.h"

namespace tapferry {

using namespace std::chrono_literals;

// The table's presence switches it on.
void read_transactions(Section& section, DestinationConfig& destination) {
    const bool wanted = section.has("transactions");
    Section transactions = section.table("transactions");
    PairingOptions options;
    options.timeout = transactions.duration("timeout", options.timeout, 100ms, 60s);
    options.max_open = transactions.integer("max_open", options.max_open, 100, 1'000'000);
    transactions.finish();
    if (wanted) destination.transactions = options;
}

}  // namespace tapferry
