// The way to a far side, step by step, for people: its name, a connection, TLS. Tried and told without
// sending anything. One thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transports/options.h"

namespace tapferry {

// One of the addresses that a transport connects to.
struct WayTo {
    Address address;
    std::optional<TlsOptions> tls;  // none: plain text
    bool datagrams = false;
};
// All of them, in the order of the configuration; none: it makes no connection.
[[nodiscard]] std::vector<WayTo> ways_of(const TransportOptions& options);

struct WayStep {
    explicit WayStep(std::string_view its_name) : name(its_name) {}

    std::string_view name;  // "resolve", "connect", "tls"
    bool passed = false;
    bool checked = true;  // passed, and the far side is known to have looked
    std::string words;    // what was found, or why it did not pass; printable
    std::chrono::microseconds took{0};
};
// Up to the first step that does not pass. `timeout`: of each but resolving, which takes the system's.
[[nodiscard]] std::vector<WayStep> try_way(const WayTo& way, std::chrono::milliseconds timeout);

}  // namespace tapferry
