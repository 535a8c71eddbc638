// One producer of librdkafka: makes it with the properties that the promise rests upon, gives it messages
// without copying them, and passes on what it tells. Door of librdkafka, beside the other kafka*.cpp. Owned
// by Kafka, one thread: librdkafka's own threads call nothing of ours but the check of a certificate.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/text_buffer.h"
#include "transports/file_stamp.h"
#include "transports/kafka/certificates.h"
#include "transports/kafka/fate.h"
#include "transports/kafka/health.h"
#include "transports/kafka/options.h"
#include "transports/transport.h"

struct rd_kafka_s;
struct rd_kafka_topic_s;
struct rd_kafka_vu_s;

namespace tapferry {

// Who wants to know what becomes of messages. `tag` is as it was given to produce().
class KafkaReports {
  public:
    // Of each message one of these; a producer that is given none is heard of neither.
    virtual void delivered(std::uint64_t /*tag*/) {}
    virtual void failed(std::uint64_t /*tag*/, const KafkaFailure&) {}
    // What librdkafka says of a property that it has no use for.
    virtual void ignored_property(std::string_view /*words*/) {}

  protected:
    ~KafkaReports() = default;
};

// A message: its bytes are not copied and must stay until its report, or close().
struct KafkaMessage {
    std::string_view content;
    std::string_view key;  // empty: none
    std::string_view id;
    MessageType type{};
    std::int64_t time_ms = 0;
    std::uint64_t tag = 0;
};

class KafkaProducer {
  public:
    // All of these live longer. Throws std::runtime_error when librdkafka will not have the options.
    KafkaProducer(const KafkaOptions& options, KafkaReports& reports, KafkaHealth& health,
                  KafkaCertificates& certificates);
    ~KafkaProducer();
    KafkaProducer(const KafkaProducer&) = delete;
    KafkaProducer& operator=(const KafkaProducer&) = delete;

    enum class Taken : std::uint8_t { yes, full, failed };
    // `full`: after poll() perhaps; `failed`: there will be no report of it, and failure() says why.
    [[nodiscard]] Taken produce(const KafkaMessage& message);
    [[nodiscard]] const KafkaFailure& failure() const { return failure_; }
    // Makes its reports, and waits for the first until then.
    void poll(Deadline deadline);
    // Asks the brokers for the topic of messages of this type, and waits for the answer until then.
    struct TopicSight {
        enum class Kind : std::uint8_t { unanswered, unknown, refused, there } kind = Kind::unanswered;
        int partitions = 0;
    };
    [[nodiscard]] TopicSight look_for_topic(MessageType type, Deadline deadline);
    // A file that it was made from has changed.
    [[nodiscard]] bool is_outdated() const { return stamps_ != stamps(); }
    // Why it has failed for good; empty: it has not.
    [[nodiscard]] const std::string& fatal_words() const { return fatal_words_; }
    // Takes back what is not sent, and does not wait for answers to what is. All bytes are free then.
    void close();

  private:
    friend struct KafkaCallbacks;

    [[nodiscard]] rd_kafka_topic_s* topic_of(MessageType type);
    void prepare_parts();
    [[nodiscard]] std::vector<FileStamp> stamps() const;
    void heard_error(int error, const char* reason);
    // Of an alert that a broker sends: what it means.
    [[nodiscard]] std::string alert_hint(std::string_view words) const;
    void heard_line(std::string_view facility, std::string_view line);
    void renew_token();

    const KafkaOptions& options_;
    KafkaReports& reports_;
    KafkaHealth& health_;
    KafkaCertificates& certificates_;
    rd_kafka_s* kafka_ = nullptr;
    std::array<rd_kafka_topic_s*, message_type_count> topics_{};
    std::vector<rd_kafka_vu_s> parts_;  // of a message, filled anew for each
    std::vector<FileStamp> stamps_;     // of its files, as they were
    std::string mechanism_;
    KafkaFailure failure_;
    std::string fatal_words_;
};

}  // namespace tapferry
