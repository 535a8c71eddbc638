#include "transports/kafka/topic_question.h"

#include <algorithm>
#include <cstdint>
#include <stdexcept>

#include "transports/kafka/producer.h"
#include "transports/kafka/properties.h"
#include "transports/kafka/topic.h"

namespace tapferry {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto between_questions = 100ms;
// Brokers that make topics take less; where they do not, somebody may ask again.
constexpr std::chrono::milliseconds most_patience = 3s;
// So long one question may take before what brokers say of us is looked at.
constexpr auto longest_question = 1s;

class NoReports final : public KafkaReports {};

std::string words_of(const std::string& topic, int partitions) {
    return topic + ", " + std::to_string(partitions) + (partitions == 1 ? " partition" : " partitions");
}

}  // namespace

TopicAnswer ask_for_topic(const KafkaOptions& options, MessageType type,
                          std::chrono::milliseconds timeout) try {
    using Kind = KafkaProducer::TopicSight::Kind;
    NoReports reports;
    KafkaHealth health;
    KafkaCertificates certificates(options.tls ? &*options.tls : nullptr);
    const std::string topic = kafka_topic(options.topic, type);
    health.begun_anew(Clock::now());
    KafkaProducer producer(options, reports, health, certificates);
    const auto deadline = Clock::now() + timeout;
    std::optional<Deadline> unknown_until;
    while (Clock::now() < deadline && !health.trouble(Clock::now())) {
        const auto sight =
            producer.look_for_topic(type, std::min<Deadline>(deadline, Clock::now() + longest_question));
        if (sight.kind == Kind::there) return {TopicAnswer::Kind::there, words_of(topic, sight.partitions)};
        if (sight.kind == Kind::refused) break;
        if (sight.kind == Kind::unknown) {
            if (!unknown_until)
                unknown_until = Clock::now() + std::min(patience_with_topic(options), most_patience);
            if (Clock::now() >= *unknown_until)
                return {TopicAnswer::Kind::missing, unknown_topic_words(topic)};
        }
        producer.poll(std::min<Deadline>(deadline, Clock::now() + between_questions));
    }
    return {};
} catch (const std::runtime_error&) {
    return {};
}

}  // namespace tapferry
