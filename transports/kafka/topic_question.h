// Whether the topic is there that messages go to, before any is sent. Used by tapferry probe.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "encoders/records.h"
#include "transports/kafka/options.h"

namespace tapferry {

struct TopicAnswer {
    bool is_there = false;
    std::string words;
};

// Of messages of this type. Brokers that make topics make this one: it is missing when they did not within
// the time that new ones are given. None: they do not tell, and what they say to a message will.
[[nodiscard]] std::optional<TopicAnswer> ask_for_topic(const KafkaOptions& options, MessageType type,
                                                       std::chrono::milliseconds timeout);

}  // namespace tapferry
