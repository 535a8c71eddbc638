// Which topic a message goes to. Used by KafkaProducer and by the configuration.
#pragma once

#include <string>
#include <string_view>

#include "encoders/records.h"

namespace tapferry {

// "dns-{type}" for a type: "dns-client_response"; of what is none, a notice above all, "dns-notice".
std::string kafka_topic(const std::string& topic, MessageType type);
// Whether it names a topic for each type.
bool is_topic_by_type(const std::string& topic);
// What is said of one that is not there.
std::string unknown_topic_words(std::string_view topic);

}  // namespace tapferry
