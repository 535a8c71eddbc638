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

// Of a producer that is given no messages.
class NoReports final : public KafkaReports {
  public:
    void delivered(std::uint64_t) override {}
    void failed(std::uint64_t, const KafkaFailure&) override {}
};

std::string words_of(const std::string& topic, int partitions) {
    return topic + ", " + std::to_string(partitions) + (partitions == 1 ? " partition" : " partitions");
}

}  // namespace

std::optional<TopicAnswer> ask_for_topic(const KafkaOptions& options, MessageType type,
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
        if (sight.kind == Kind::there) return TopicAnswer{true, words_of(topic, sight.partitions)};
        if (sight.kind == Kind::unknown) {
            if (!unknown_until)
                unknown_until = Clock::now() + std::min(patience_with_topic(options), most_patience);
            if (Clock::now() >= *unknown_until) break;
        }
        producer.poll(std::min<Deadline>(deadline, Clock::now() + between_questions));
    }
    if (!unknown_until) return std::nullopt;
    return TopicAnswer{false, unknown_topic_words(topic)};
} catch (const std::runtime_error&) {
    return std::nullopt;
}

}  // namespace tapferry
