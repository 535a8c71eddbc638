// What librdkafka says to options before anything is sent by them. Used by the configuration.
#pragma once

#include <string>

#include "transports/kafka/options.h"

namespace tapferry {

// To all of them together, with the files that they name read, and no broker spoken to; empty: nothing.
std::string fault_of_kafka(const KafkaOptions& options);

}  // namespace tapferry
