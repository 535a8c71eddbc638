#include "transports/kafka/check.h"

#include <chrono>
#include <stdexcept>

#include "transports/kafka/producer.h"

namespace tapferry {

namespace {

class IgnoredProperties final : public KafkaReports {
  public:
    void ignored_property(std::string_view words) override { words_ = words; }
    [[nodiscard]] const std::string& words() const { return words_; }

  private:
    std::string words_;
};

}  // namespace

std::string fault_of_kafka(const KafkaOptions& options) {
    KafkaOptions unconnected = options;
    unconnected.brokers.clear();
    IgnoredProperties ignored;
    KafkaHealth health;
    KafkaCertificates certificates(nullptr);
    try {
        KafkaProducer producer(unconnected, ignored, health, certificates);
        producer.poll(std::chrono::steady_clock::now());
    } catch (const std::runtime_error& fault) {
        return fault.what();
    }
    return ignored.words();
}

}  // namespace tapferry
