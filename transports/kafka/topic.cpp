#include "transports/kafka/topic.h"

#include <algorithm>

#include "proto/dns_text.h"

namespace tapferry {

namespace {

constexpr std::string_view type_in_topic = "{type}";

}  // namespace

bool is_topic_by_type(const std::string& topic) {
    return topic.find(type_in_topic) != std::string::npos;
}

std::string kafka_topic(const std::string& topic, MessageType type) {
    std::string name = topic;
    std::string word(message_type_name(type));
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (word.empty()) word = "notice";
    for (std::size_t at = 0; (at = name.find(type_in_topic, at)) != std::string::npos; at += word.size())
        name.replace(at, type_in_topic.size(), word);
    return name;
}

std::string unknown_topic_words(std::string_view topic) {
    return "Unknown topic \"" + std::string(topic) + "\": the brokers have none of that name, and make none";
}

}  // namespace tapferry
