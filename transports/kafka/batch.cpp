#include "transports/kafka/batch.h"

#include <algorithm>
#include <cassert>

namespace tapferry {

using Verdict = Outcome::Verdict;

namespace {

// Of several failures one decides what follows: the one that concerns more than its own message.
int weight_of(KafkaFate fate) {
    switch (fate) {
        case KafkaFate::misconfigured:
            return 5;
        case KafkaFate::again:
            return 4;
        case KafkaFate::too_big:
            return 3;
        case KafkaFate::refused:
            return 2;
        case KafkaFate::refused_alone:
            return 1;
        case KafkaFate::waiting:
        case KafkaFate::delivered:
            break;
    }
    return 0;
}

Verdict verdict_of(KafkaFate worst) {
    switch (worst) {
        case KafkaFate::misconfigured:
            return Verdict::misconfigured;
        case KafkaFate::again:
            return Verdict::retry;
        case KafkaFate::too_big:
            return Verdict::too_big;
        case KafkaFate::refused:
            return Verdict::refused;
        case KafkaFate::refused_alone:
        case KafkaFate::waiting:
        case KafkaFate::delivered:
            break;
    }
    return Verdict::accepted;
}

}  // namespace

KafkaBatch::KafkaBatch(const Batch& batch, Ticket ticket, std::uint32_t number)
    : batch_(batch),
      ticket_(ticket),
      number_(number),
      next_(batch.first),
      fates_(batch.end() - batch.first, KafkaFate::waiting) {}

void KafkaBatch::given() {
    assert(!all_given());
    ++next_;
    ++waiting_;
}

void KafkaBatch::delivered(std::size_t index) {
    assert(fate_of(index) == KafkaFate::waiting);
    fate_of(index) = KafkaFate::delivered;
    --waiting_;
    ++delivered_;
}

void KafkaBatch::failed(std::size_t index, const KafkaFailure& failure) {
    assert(fate_of(index) == KafkaFate::waiting);
    fate_of(index) = failure.fate;
    --waiting_;
    handed_over_ = handed_over_ || failure.handed_over;
    if (weight_of(failure.fate) > weight_of(worst_.fate)) worst_ = failure;
}

Outcome KafkaBatch::outcome() const {
    Outcome outcome =
        outcome_with({KafkaFate::again, KafkaFate::too_big, KafkaFate::refused, KafkaFate::misconfigured});
    outcome.verdict = verdict_of(worst_.fate);
    outcome.words = worst_.words;
    if (outcome.verdict == Verdict::accepted) outcome.handed_over = true;
    return outcome;
}

Outcome KafkaBatch::give_up(Verdict verdict, const std::string& words) const {
    Outcome outcome = outcome_with({KafkaFate::waiting, KafkaFate::again, KafkaFate::too_big,
                                    KafkaFate::refused, KafkaFate::misconfigured});
    outcome.verdict = outcome.retry_records.empty() ? Verdict::accepted : verdict;
    outcome.words = outcome.verdict == Verdict::accepted ? worst_.words : words;
    // Of what nothing is known the far side may have anything.
    if (waiting_ != 0 || outcome.verdict == Verdict::accepted) outcome.handed_over = true;
    return outcome;
}

Outcome KafkaBatch::outcome_with(std::initializer_list<KafkaFate> again) const {
    Outcome outcome{.ticket = ticket_, .handed_over = handed_over_};
    if (delivered_ == fates_.size()) return outcome;
    for (std::size_t i = 0; i < fates_.size(); ++i) {
        const auto index = static_cast<std::uint32_t>(batch_.first + i);
        if (fates_[i] == KafkaFate::refused_alone)
            outcome.refused_records.push_back(index);
        else if (std::find(again.begin(), again.end(), fates_[i]) != again.end())
            outcome.retry_records.push_back(index);
    }
    return outcome;
}

}  // namespace tapferry
