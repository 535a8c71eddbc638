// librdkafka's properties: which ones Tapferry sets itself because its promise rests upon them, and which a
// user may set. Used by KafkaProducer and by the configuration.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "transports/kafka/options.h"

namespace tapferry {

using KafkaProperties = std::vector<std::pair<std::string, std::string>>;

// Every property of a producer with these options, in the order in which they are set.
KafkaProperties kafka_properties(const KafkaOptions& options);

// How long a topic may be unknown before it counts as missing.
std::chrono::milliseconds patience_with_topic(const KafkaOptions& options);

// Why a user cannot set it, or not to this value; empty: he can.
std::string fault_of_kafka_property(const std::string& name, const std::string& value);

// What it may be besides, when a login is refused with these words: the password may be right. Or "".
std::string scram_hint(std::string_view mechanism, std::string_view words);
// Whether the mechanism is one of SCRAM's and this librdkafka cannot log in with it to Kafka 4.
bool scram_fails_with_kafka_4(std::string_view mechanism);
// "2.0.2"
std::string kafka_library_version();

}  // namespace tapferry
