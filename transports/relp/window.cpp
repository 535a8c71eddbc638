#include "transports/relp/window.h"

#include <algorithm>
#include <utility>

#include "transports/relp/frames.h"

namespace tapferry {

using Verdict = Outcome::Verdict;

void RelpWindow::lend(Ticket ticket, const Batch& batch) {
    lent_.push_back({.ticket = ticket,
                     .records = &batch.records,
                     .first = batch.first,
                     .end = batch.end(),
                     .next = batch.first,
                     .open = batch.end() - batch.first});
}

bool RelpWindow::has_room() {
    was_full_ = count_ == most_ || (was_full_ && count_ + most_ / 4 > most_);
    return !was_full_;
}

void RelpWindow::fill(std::string& out, std::size_t enough) {
    while (filling_ < lent_.size()) {
        Lent& batch = lent_[filling_];
        for (; batch.next < batch.end; ++batch.next) {
            if (!has_room() || out.size() >= enough) return;
            const Record& record = batch.records->records()[batch.next];
            append_relp_frame(out, next_number_, "syslog", batch.records->content(record));
            note_sent(batch, batch.next);
        }
        ++filling_;
    }
}

void RelpWindow::note_sent(Lent& batch, std::size_t record) {
    if (count_ == 0) oldest_number_ = next_number_;
    sent(count_++) = {.batch = &batch, .record = static_cast<std::uint32_t>(record)};
    ++under_way_;
    next_number_ = relp_number_after(next_number_);
}

bool RelpWindow::answered(std::uint32_t number, std::string_view refusal) {
    const std::size_t index =
        number >= oldest_number_ ? number - oldest_number_ : number + largest_relp_number - oldest_number_;
    if (number == 0 || index >= count_ || sent(index).answered) return false;
    Sent& message = sent(index);
    message.answered = true;
    --under_way_;
    Lent& batch = *message.batch;
    --batch.open;
    if (!refusal.empty()) batch.refused.push_back({message.record, std::string(refusal)});
    for (; count_ != 0 && sent(0).answered; --count_) {
        ++oldest_;
        oldest_number_ = relp_number_after(oldest_number_);
    }
    return true;
}

std::optional<Outcome> RelpWindow::take_settled() {
    if (lent_.empty() || lent_.front().open != 0) return std::nullopt;
    Lent& batch = lent_.front();
    Outcome outcome = outcome_of_rest(batch, {});
    outcome.verdict = Verdict::accepted;
    lent_.pop_front();
    // A batch without records was never filled from.
    filling_ -= std::min<std::size_t>(filling_, 1);
    return outcome;
}

std::vector<Outcome> RelpWindow::give_back(Verdict verdict, const std::string& words) {
    std::vector<Outcome> outcomes;
    std::size_t index = 0;
    for (Lent& batch : lent_) {
        std::vector<std::uint32_t> unanswered;
        for (; index < count_ && sent(index).batch == &batch; ++index)
            if (!sent(index).answered) unanswered.push_back(sent(index).record);
        for (std::size_t record = batch.next; record < batch.end; ++record)
            unanswered.push_back(static_cast<std::uint32_t>(record));
        Outcome outcome = outcome_of_rest(batch, unanswered);
        outcome.verdict = batch.open == 0 ? Verdict::accepted : verdict;
        if (batch.open != 0) outcome.words = words;
        outcomes.push_back(std::move(outcome));
    }
    lent_.clear();
    filling_ = oldest_ = count_ = under_way_ = 0;
    was_full_ = false;
    return outcomes;
}

Outcome RelpWindow::outcome_of_rest(Lent& batch, const std::vector<std::uint32_t>& unanswered) const {
    Outcome outcome{.ticket = batch.ticket, .handed_over = batch.next != batch.first};
    std::sort(batch.refused.begin(), batch.refused.end(),
              [](const Refusal& one, const Refusal& other) { return one.record < other.record; });
    for (Refusal& refusal : batch.refused) {
        outcome.refused_records.push_back(refusal.record);
        outcome.refused_words.push_back(std::move(refusal.words));
    }
    if (!batch.refused.empty()) outcome.words = outcome.refused_words.front();
    if (unanswered.size() != batch.end - batch.first) outcome.retry_records = unanswered;
    return outcome;
}

}  // namespace tapferry
