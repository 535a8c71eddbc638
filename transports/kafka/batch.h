// A batch that librdkafka holds: which of its messages are delivered, which failed and how, and what outcome
// that makes. Owned by Kafka, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "transports/kafka/fate.h"
#include "transports/transport.h"

namespace tapferry {

class KafkaBatch {
  public:
    // `number`: for the tags of its messages.
    KafkaBatch(const Batch& batch, Ticket ticket, std::uint32_t number);

    [[nodiscard]] const RecordBuffer& records() const { return batch_.records; }
    [[nodiscard]] std::uint32_t number() const { return number_; }
    // The record whose turn it is; the batch's end: all were given.
    [[nodiscard]] std::size_t next() const { return next_; }
    [[nodiscard]] bool all_given() const { return next_ == batch_.end(); }
    [[nodiscard]] bool over() const { return all_given() && waiting_ == 0; }

    // The record whose turn it is was taken, or never will be: then failed() follows.
    void given();
    // Of a record that was given, once.
    void delivered(std::size_t index);
    void failed(std::size_t index, const KafkaFailure& failure);

    // When it is over.
    [[nodiscard]] Outcome outcome() const;
    // What is not delivered never will be by this producer.
    [[nodiscard]] Outcome give_up(Outcome::Verdict verdict, const std::string& words) const;

  private:
    [[nodiscard]] KafkaFate& fate_of(std::size_t index) { return fates_[index - batch_.first]; }
    [[nodiscard]] Outcome outcome_with(std::initializer_list<KafkaFate> again) const;

    Batch batch_;
    Ticket ticket_;
    std::uint32_t number_;
    std::size_t next_;
    std::size_t waiting_ = 0;       // given, and nothing known yet
    std::vector<KafkaFate> fates_;  // of the batch's records, from its first on
    std::size_t delivered_ = 0;
    bool handed_over_ = false;  // of what failed
    KafkaFailure worst_{KafkaFate::delivered};
};

}  // namespace tapferry
