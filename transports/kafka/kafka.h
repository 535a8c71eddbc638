// Records as messages of Kafka, by an idempotent producer of librdkafka's that waits for all replicas. A
// batch is lent until the outcome, and its bytes are sent from where they lie. Accepted: every message of it
// has its delivery report. A producer tries again by itself and for ever, so that nothing comes twice or out
// of order while it lives: what the brokers say meanwhile is told by trouble(). It is made anew when it has
// failed for good, when a topic was not there, and when it never could log in: files are read again then.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "transports/kafka/batch.h"
#include "transports/kafka/health.h"
#include "transports/kafka/options.h"
#include "transports/kafka/producer.h"
#include "transports/transport.h"

namespace tapferry {

class Kafka final : public Transport, private KafkaReports {
  public:
    explicit Kafka(KafkaOptions options);

    [[nodiscard]] bool submit(const Batch& batch, Ticket ticket, Deadline deadline) override;
    [[nodiscard]] std::optional<Outcome> wait(Deadline deadline) override;
    // Nothing is held back: what is under way goes on.
    void finish(Deadline) override {}
    [[nodiscard]] std::string take_warning() override { return certificates_.take_warning(); }
    [[nodiscard]] std::optional<Trouble> trouble() const override;

  private:
    void delivered(std::uint64_t tag) override;
    void failed(std::uint64_t tag, const KafkaFailure& failure) override;
    [[nodiscard]] KafkaBatch* batch_of(std::uint64_t tag);

    // Gives messages to the producer until all are given, or the deadline while it has no room.
    void give(Deadline deadline);
    // `now`: as brokers count, milliseconds since 1970. False: there is no room.
    [[nodiscard]] bool give_next(KafkaBatch& batch, std::int64_t now);
    // Takes the outcomes of what is over, in order, and ends a producer that is of no use.
    void settle();
    void open_producer();
    // Everything under way comes back.
    void give_up_for_good(const Trouble& trouble);
    void give_up(Outcome::Verdict verdict, const std::string& words);

    const KafkaOptions options_;
    KafkaHealth health_;
    KafkaCertificates certificates_;
    std::deque<KafkaBatch> lent_;  // in order, with numbers one behind another
    std::uint32_t next_number_ = 0;
    std::deque<Outcome> outcomes_;
    bool topic_missing_ = false;  // so this producer will say for minutes
    TextBuffer id_;
    std::unique_ptr<KafkaProducer> producer_;  // ends before what it reports to
};

}  // namespace tapferry
