// What has become of a message, from the error in its delivery report. Used by KafkaProducer
// and KafkaBatch.
#pragma once

#include <cstdint>
#include <string>

namespace tapferry {

enum class KafkaFate : std::uint8_t {
    waiting,  // nothing is known yet
    delivered,
    again,  // it may go well another time
    // It and all that was in one request with it: one of them is at fault, or their sum is.
    too_big,
    refused,
    refused_alone,  // this very message
    misconfigured,
};

struct KafkaFailure {
    KafkaFate fate = KafkaFate::again;
    bool handed_over = false;  // the far side may have it all the same
    std::string words{};
};

// `error`: a number of librdkafka's.
KafkaFate kafka_fate(int error);

}  // namespace tapferry
