#include "tests/fuzz/relp_properties.h"

#include <algorithm>
#include <vector>

#include "tests/fuzz/some_records.h"
#include "transports/relp/session.h"

namespace tapferry::test {
namespace {

using State = RelpSession::State;

constexpr std::size_t record_count = 12;
constexpr std::size_t most_words = 1000;

bool rises(const std::vector<std::uint32_t>& indexes, std::size_t end) {
    return std::adjacent_find(indexes.begin(), indexes.end(), std::greater_equal<>()) == indexes.end() &&
           (indexes.empty() || indexes.back() < end);
}

bool is_sound(const std::string& words) {
    return words.size() < most_words &&
           std::all_of(words.begin(), words.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
}

// Two batches, more messages than the window holds, and what became of them.
class Delivery {
  public:
    Delivery() {
        window_.lend(Ticket{1}, {records_, 0, 5});
        window_.lend(Ticket{2}, {records_, 5, record_count});
        session_.offer(out_);
    }

    std::string run(std::string_view bytes, std::size_t piece) {
        std::string received;
        while (!bytes.empty() && goes_on()) {
            received += bytes.substr(0, piece);
            bytes.remove_prefix(std::min(piece, bytes.size()));
            const std::size_t used = session_.take(received);
            if (used > received.size()) return "uses more bytes than there are";
            received.erase(0, used);
            if (goes_on() && received.size() > RelpReading::most_bytes)
                return "waits for a frame without end";
            if (session_.state() == State::open) window_.fill(out_, out_.size() + 1 + piece);
        }
        if (session_.state() == State::failed && !is_sound(session_.words())) return "says odd words";
        return settle();
    }

  private:
    [[nodiscard]] bool goes_on() const {
        return session_.state() != State::closed && session_.state() != State::failed;
    }

    std::string settle() {
        std::vector<Outcome> outcomes;
        while (auto outcome = window_.take_settled()) outcomes.push_back(*outcome);
        for (auto& outcome : window_.give_back(Outcome::Verdict::retry, "over"))
            outcomes.push_back(std::move(outcome));
        if (outcomes.size() != 2) return "has not one outcome a batch";
        for (std::size_t i = 0; i < 2; ++i) {
            const Outcome& outcome = outcomes[i];
            const std::size_t end = i == 0 ? 5 : record_count;
            if (outcome.ticket != Ticket{i + 1}) return "settles out of order";
            if (!rises(outcome.refused_records, end) || !rises(outcome.retry_records, end))
                return "names records that are not there";
            if (outcome.verdict == Outcome::Verdict::accepted && !outcome.retry_records.empty())
                return "accepts what it sends again";
            for (const std::uint32_t record : outcome.refused_records)
                if (std::binary_search(outcome.retry_records.begin(), outcome.retry_records.end(), record))
                    return "refuses and repeats a record";
            if (!is_sound(outcome.words)) return "says odd words";
        }
        return "";
    }

    const RecordBuffer records_ = some_records(record_count, Framing::none);
    RelpWindow window_{4};
    RelpSession session_{window_};
    std::string out_;
};

}  // namespace

std::string broken_by_answers(std::string_view bytes, std::size_t piece) {
    return Delivery().run(bytes, piece);
}

}  // namespace tapferry::test
