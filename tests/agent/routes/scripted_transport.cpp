#include "tests/agent/routes/scripted_transport.h"

#include <algorithm>
#include <random>
#include <thread>

#include "tests/agent/filled_spool.h"
#include "tests/agent/json_lines.h"

namespace tapferry::test {

namespace {

class Scripted : public Transport {
  public:
    Scripted(std::shared_ptr<FarSide> far_side, unsigned seed)
        : far_side_(std::move(far_side)), random_(seed) {}

    bool submit(const Batch& batch, Ticket ticket, Deadline) override {
        if (outcomes_.size() >= far_side_->window()) return false;
        outcomes_.push_back(far_side_->answer(batch, ticket));
        return true;
    }
    std::optional<Outcome> wait(Deadline deadline) override {
        if (trouble()) {
            std::this_thread::sleep_until(deadline);
            return std::nullopt;
        }
        // Now and then an answer takes a moment, so that more is under way.
        if (outcomes_.empty() || (outcomes_.size() < far_side_->window() && random_() % 2 == 0)) {
            if (outcomes_.empty()) std::this_thread::sleep_until(deadline);
            return std::nullopt;
        }
        const auto chosen = outcomes_.begin() + static_cast<std::ptrdiff_t>(random_() % outcomes_.size());
        Outcome outcome = std::move(*chosen);
        outcomes_.erase(chosen);
        return outcome;
    }
    void finish(Deadline) override {}
    std::optional<Trouble> trouble() const override {
        return outcomes_.empty() ? std::nullopt : far_side_->trouble();
    }

  private:
    std::shared_ptr<FarSide> far_side_;
    std::minstd_rand random_;
    std::vector<Outcome> outcomes_;
};

}  // namespace

void FarSide::change(Script script) {
    const std::lock_guard lock(mutex_);
    script_ = std::move(script);
}
void FarSide::trouble(std::optional<Trouble> trouble) {
    const std::lock_guard lock(mutex_);
    trouble_ = std::move(trouble);
}
std::optional<Trouble> FarSide::trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
}
FarSide::Sequences FarSide::taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
}
std::vector<std::string> FarSide::notices() const {
    const std::lock_guard lock(mutex_);
    return notices_;
}
std::size_t FarSide::tries() const {
    const std::lock_guard lock(mutex_);
    return tries_;
}
std::size_t FarSide::largest() const {
    const std::lock_guard lock(mutex_);
    return largest_;
}

std::uint64_t number_of(std::string_view record) {
    return read_json(record).HasMember("notice") ? 0 : sequence_of(record);
}

Outcome FarSide::answer(const Batch& batch, Ticket ticket) {
    const std::lock_guard lock(mutex_);
    Sequences records;
    for (std::size_t i = batch.first; i < batch.end(); ++i)
        records.push_back(number_of(batch.records.content(batch.records.records()[i])));
    ++tries_;
    largest_ = std::max(largest_, records.size());
    Outcome outcome = script_(records, batch.first);
    outcome.ticket = ticket;
    const auto names = [](const std::vector<std::uint32_t>& indexes, std::size_t index) {
        return std::find(indexes.begin(), indexes.end(), index) != indexes.end();
    };
    const bool some = outcome.verdict == Outcome::Verdict::retry && !outcome.retry_records.empty();
    for (std::size_t i = 0; i < records.size(); ++i) {
        const std::size_t index = batch.first + i;
        if (names(outcome.refused_records, index) || names(outcome.retry_records, index)) continue;
        if (outcome.verdict != Outcome::Verdict::accepted && !some && i >= outcome.done) continue;
        if (records[i] == 0)
            notices_.emplace_back(batch.records.content(batch.records.records()[index]));
        else
            taken_.push_back(records[i]);
    }
    return outcome;
}

std::unique_ptr<Transport> scripted_transport(std::shared_ptr<FarSide> far_side, unsigned seed) {
    return std::make_unique<Scripted>(std::move(far_side), seed);
}

Outcome accept() {
    return answer(Outcome::Verdict::accepted, "");
}
Outcome answer(Outcome::Verdict verdict, std::string words) {
    Outcome outcome;
    outcome.verdict = verdict;
    outcome.words = std::move(words);
    return outcome;
}

}  // namespace tapferry::test
