// A transport that releases bytes as soon as it has them, as TCP does; a test says later what became of them.
#pragma once

#include <algorithm>
#include <deque>
#include <iterator>
#include <limits>
#include <mutex>
#include <set>
#include <thread>

#include "tests/agent/routes/scripted_route.h"

namespace tapferry::test {

// What becomes of records whose bytes are released as soon as they are sent.
class SlowWord {
  public:
    // It takes no more while nothing was said of so many batches.
    explicit SlowWord(std::size_t window = std::numeric_limits<std::size_t>::max()) : window_(window) {}
    // Of all that was sent until now.
    void say(Outcome::Verdict verdict) {
        const std::lock_guard lock(mutex_);
        verdict_ = verdict;
        said_ = sent_.size();
    }
    // Of the oldest alone.
    void accept_first() {
        const std::lock_guard lock(mutex_);
        verdict_ = Outcome::Verdict::accepted;
        said_ = 1;
    }
    // Of whatever is sent, too.
    void accept_all() {
        const std::lock_guard lock(mutex_);
        verdict_ = Outcome::Verdict::accepted;
        said_ = std::numeric_limits<std::size_t>::max();
    }
    // That record was sent, and nothing was said of it.
    bool holds(std::uint64_t sequence) const {
        const std::lock_guard lock(mutex_);
        return std::any_of(sent_.begin(), sent_.end(), [&](const auto& batch) {
            return std::find(batch.second.begin(), batch.second.end(), sequence) != batch.second.end();
        });
    }
    // Rising, each once.
    FarSide::Sequences accepted() const {
        const std::lock_guard lock(mutex_);
        const std::set<std::uint64_t> once(accepted_.begin(), accepted_.end());
        return {once.begin(), once.end()};
    }
    bool has_room() const {
        const std::lock_guard lock(mutex_);
        return sent_.size() < window_;
    }
    // All that were ever sent.
    std::vector<std::string> notices() const {
        const std::lock_guard lock(mutex_);
        return notices_;
    }
    void send_notice(std::string_view content) {
        const std::lock_guard lock(mutex_);
        notices_.emplace_back(content);
    }
    void send(Ticket ticket, const FarSide::Sequences& records) {
        const std::lock_guard lock(mutex_);
        sent_.emplace_back(ticket, records);
    }
    std::optional<Outcome> next() {
        const std::lock_guard lock(mutex_);
        if (sent_.empty() || said_ == 0) return std::nullopt;
        Outcome outcome = answer(verdict_, "gone");
        outcome.ticket = sent_.front().first;
        outcome.handed_over = true;
        if (verdict_ == Outcome::Verdict::accepted)
            std::copy_if(sent_.front().second.begin(), sent_.front().second.end(),
                         std::back_inserter(accepted_), [](std::uint64_t n) { return n != 0; });
        sent_.pop_front();
        if (said_ != std::numeric_limits<std::size_t>::max()) --said_;
        return outcome;
    }

  private:
    mutable std::mutex mutex_;
    const std::size_t window_;
    Outcome::Verdict verdict_ = Outcome::Verdict::sent;
    std::size_t said_ = 0;  // of so many, from the first on
    std::deque<std::pair<Ticket, FarSide::Sequences>> sent_;
    FarSide::Sequences accepted_;
    std::vector<std::string> notices_;
};

class Releasing : public Transport {
  public:
    explicit Releasing(std::shared_ptr<SlowWord> word) : word_(std::move(word)) {}
    bool submit(const Batch& batch, Ticket ticket, Deadline) override {
        if (!word_->has_room()) return false;
        FarSide::Sequences records;
        for (std::size_t i = batch.first; i < batch.end(); ++i) {
            const auto content = batch.records.content(batch.records.records()[i]);
            records.push_back(number_of(content));
            if (records.back() == 0) word_->send_notice(content);
        }
        word_->send(ticket, records);
        released_.push_back(ticket);
        return true;
    }
    std::optional<Outcome> wait(Deadline deadline) override {
        if (!released_.empty()) {
            Outcome outcome = answer(Outcome::Verdict::sent, "");
            outcome.ticket = released_.front();
            outcome.handed_over = true;
            released_.pop_front();
            return outcome;
        }
        auto outcome = word_->next();
        if (!outcome) std::this_thread::sleep_until(deadline);
        return outcome;
    }
    void finish(Deadline) override { word_->accept_all(); }

  private:
    std::shared_ptr<SlowWord> word_;
    std::deque<Ticket> released_;
};

}  // namespace tapferry::test
