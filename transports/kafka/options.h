// Where and how Kafka gets its records, finished and checked.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "encoders/records.h"
#include "transports/network/address.h"
#include "transports/tls/options.h"

namespace tapferry {

// Messages of a topic or several. Accepted means: every replica in sync has the message, and the partition's
// leader said so. A producer has it once, in order, until it is made anew.
struct KafkaOptions {
    std::vector<Address> brokers;  // at least one; the others are learnt from them
    std::string topic;             // "dns-{type}": a topic for each message type
    RecordKey key = RecordKey::client;
    std::string format;  // for the header of that name
    std::vector<std::pair<std::string, std::string>> headers;
    // librdkafka's own, by its names; those that the promise rests upon are not among them.
    std::vector<std::pair<std::string, std::string>> properties;
    std::optional<TlsOptions> tls;  // none: as the properties say
    // Read again for each producer and each token, so that they may change.
    std::string password_file;  // empty: it stands in the properties, or there is none
    std::string token_file;     // of OAUTHBEARER; empty: none
};

}  // namespace tapferry
