// Whether the topic is there that messages go to, before any is sent. Used by tapferry probe.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "encoders/records.h"
#include "transports/kafka/options.h"

namespace tapferry {

struct TopicAnswer {
    enum class Kind : std::uint8_t {
        none,     // they do not tell by then, and what they say to a message will
        missing,  // they have not made it within the time that new ones are given
        there,
    };
    Kind kind = Kind::none;
    std::string words;
};

// Of messages of this type. Brokers that make topics make this one.
[[nodiscard]] TopicAnswer ask_for_topic(const KafkaOptions& options, MessageType type,
                                        std::chrono::milliseconds timeout);

}  // namespace tapferry
