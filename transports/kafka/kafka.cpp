#include "transports/kafka/kafka.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

namespace tapferry {

using Clock = std::chrono::steady_clock;
using Verdict = Outcome::Verdict;

namespace {

// A tag is a batch's number, and the place of a record in it.
constexpr unsigned bits_of_place = 32;

std::int64_t milliseconds_of(const Timestamp& time) {
    return time.seconds * 1000 + time.nanoseconds / 1'000'000;
}

std::int64_t wall_clock() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())
        .time_since_epoch()
        .count();
}

}  // namespace

Kafka::Kafka(KafkaOptions options)
    : options_(std::move(options)), certificates_(options_.tls ? &*options_.tls : nullptr) {}

bool Kafka::submit(const Batch& batch, Ticket ticket, Deadline deadline) {
    // What has come back is to be heard before anything new goes out.
    if (!outcomes_.empty()) return false;
    if (producer_ && producer_->is_outdated()) {
        // What is under way is awaited: another producer would send it a second time.
        if (!lent_.empty()) return false;
        producer_.reset();
    }
    if (topic_missing_ && lent_.empty()) producer_.reset();
    if (lent_.empty()) health_.begun(Clock::now());
    lent_.emplace_back(batch, ticket, next_number_++);
    if (!producer_) open_producer();
    give(deadline);
    return true;
}

std::optional<Outcome> Kafka::wait(Deadline deadline) {
    for (bool looked = false;; looked = true) {
        settle();
        if (!outcomes_.empty()) {
            Outcome first = std::move(outcomes_.front());
            outcomes_.pop_front();
            return first;
        }
        if (looked && Clock::now() >= deadline) return std::nullopt;
        if (!producer_) {
            std::this_thread::sleep_until(deadline);
            continue;
        }
        producer_->poll(deadline);
        health_.looked(Clock::now());
        // What waits for room goes as soon as a report has made some.
        give(Clock::now());
    }
}

std::optional<Trouble> Kafka::trouble() const {
    return lent_.empty() ? std::nullopt : health_.trouble(Clock::now());
}

void Kafka::open_producer() {
    health_.begun_anew(Clock::now());
    topic_missing_ = false;
    KafkaReports& reports = *this;
    try {
        producer_ = std::make_unique<KafkaProducer>(options_, reports, health_, certificates_);
    } catch (const std::runtime_error& fault) {
        give_up(Verdict::misconfigured, fault.what());
    }
}

void Kafka::give(Deadline deadline) {
    if (!producer_) return;
    const std::int64_t now = wall_clock();
    for (KafkaBatch& batch : lent_) {
        while (!batch.all_given()) {
            if (give_next(batch, now)) continue;
            if (Clock::now() >= deadline) return;
            producer_->poll(deadline);
        }
    }
}

bool Kafka::give_next(KafkaBatch& batch, std::int64_t now) {
    const RecordBuffer& records = batch.records();
    const Record& record = records.records()[batch.next()];
    id_.clear();
    append_record_id(id_, record);
    const std::uint64_t number = batch.number();
    const auto taken = producer_->produce({
        .content = records.content(record),
        .key = records.key(record),
        .id = id_.view(),
        .type = records.message_type(record),
        // Brokers refuse what comes from the future.
        .time_ms = std::min(milliseconds_of(record.time), now),
        .tag = number << bits_of_place | batch.next(),
    });
    if (taken == KafkaProducer::Taken::full) return false;
    batch.given();
    if (taken == KafkaProducer::Taken::failed)
        failed(number << bits_of_place | (batch.next() - 1), producer_->failure());
    return true;
}

void Kafka::settle() {
    while (!lent_.empty() && lent_.front().over()) {
        outcomes_.push_back(lent_.front().outcome());
        lent_.pop_front();
    }
    if (!producer_) return;
    if (!producer_->fatal_words().empty()) {
        const std::string words = producer_->fatal_words();
        give_up(Verdict::retry, words);
    } else if (health_.hopeless(Clock::now())) {
        give_up_for_good(*health_.trouble(Clock::now()));
    }
}

void Kafka::give_up_for_good(const Trouble& trouble) {
    const std::size_t before = outcomes_.size();
    give_up(Verdict::misconfigured, trouble.words);
    for (std::size_t i = before; i < outcomes_.size(); ++i) outcomes_[i].not_admitted = trouble.not_admitted;
}

void Kafka::give_up(Verdict verdict, const std::string& words) {
    const std::string why = words;
    if (producer_) producer_->close();
    producer_.reset();
    for (const KafkaBatch& batch : lent_) outcomes_.push_back(batch.give_up(verdict, why));
    lent_.clear();
}

KafkaBatch* Kafka::batch_of(std::uint64_t tag) {
    const auto number = static_cast<std::uint32_t>(tag >> bits_of_place);
    if (lent_.empty()) return nullptr;
    const std::uint32_t place = number - lent_.front().number();
    return place < lent_.size() ? &lent_[place] : nullptr;
}

void Kafka::delivered(std::uint64_t tag) {
    health_.delivered();
    if (KafkaBatch* batch = batch_of(tag)) batch->delivered(static_cast<std::uint32_t>(tag));
}

void Kafka::failed(std::uint64_t tag, const KafkaFailure& failure) {
    topic_missing_ = topic_missing_ || failure.fate == KafkaFate::misconfigured;
    if (KafkaBatch* batch = batch_of(tag)) batch->failed(static_cast<std::uint32_t>(tag), failure);
}

}  // namespace tapferry
