// How the destination type splunk_hec delivers, finished and checked.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "encoders/records.h"
#include "transports/http/options.h"

namespace tapferry {

// Splunk's HTTP Event Collector. Accepted means: it answered with success; with acknowledgement: that it has
// indexed the events.
struct SplunkHecOptions {
    HttpServers servers;
    enum class Endpoint : std::uint8_t { event, raw } endpoint = Endpoint::event;
    // Of the raw endpoint: "index", "source", "sourcetype", "host".
    std::vector<std::pair<std::string, std::string>> metadata;
    bool index_by_event = false;  // so that a wrong one may be an event's, and not the configuration's
    bool acknowledgement = false;
    std::chrono::milliseconds first_poll{1000};  // behind a batch; then ever more seldom
    std::chrono::milliseconds longest_poll{10000};
    std::chrono::milliseconds acknowledge_within{300000};  // else the batch goes again
    Framing framing = Framing::newline;
};

}  // namespace tapferry
