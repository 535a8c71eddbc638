#include "tests/fuzz/fluent_properties.h"

#include <algorithm>
#include <vector>

#include "transports/fluent/session.h"

namespace tapferry::test {
namespace {

using State = FluentSession::State;

constexpr std::uint64_t batch_count = 6;
constexpr std::size_t most_words = 1000;
constexpr std::size_t most_reply = 2000;

RecordBuffer one_record() {
    RecordBuffer records(Framing::none);
    const Event event;
    records.open(event).append("{\"qname\":\"a.example\"}");
    records.close(event);
    return records;
}

bool is_sound(const std::string& words) {
    return words.size() < most_words &&
           std::all_of(words.begin(), words.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
}

// More batches than may be under way, and what became of them.
class Delivery {
  public:
    explicit Delivery(bool key) {
        options_.shared_key = key ? "key" : "";
        for (std::uint64_t i = 1; i <= batch_count; ++i) window_.lend(Ticket{i}, {records_});
        session_.begin();
    }

    std::string run(std::string_view bytes, std::size_t piece) {
        std::string received;
        std::string chunk;
        for (bool more = true; more && session_.state() != State::failed;) {
            while (session_.state() == State::open && window_.next(chunk)) {
            }
            more = !bytes.empty();
            received += bytes.substr(0, piece);
            bytes.remove_prefix(std::min(piece, bytes.size()));
            std::string reply;
            const std::size_t used = session_.take(received, reply);
            if (used > received.size()) return "uses more bytes than there are";
            received.erase(0, used);
            if (reply.size() > most_reply) return "answers at length";
            if (session_.state() != State::failed && received.size() >= FluentAnswer::most_bytes)
                return "waits for an answer without end";
        }
        if (session_.state() == State::failed && !is_sound(session_.words())) return "says odd words";
        return settle();
    }

  private:
    std::string settle() {
        std::vector<Outcome> outcomes;
        while (auto outcome = window_.take_settled()) outcomes.push_back(*outcome);
        for (auto& outcome : window_.give_back(Outcome::Verdict::retry, "over"))
            outcomes.push_back(std::move(outcome));
        if (outcomes.size() != batch_count) return "has not one outcome a batch";
        for (std::uint64_t i = 0; i < batch_count; ++i) {
            if (outcomes[i].ticket != Ticket{i + 1}) return "settles out of order";
            if (outcomes[i].verdict == Outcome::Verdict::accepted && !outcomes[i].handed_over)
                return "accepts what was not sent";
        }
        return "";
    }

    const RecordBuffer records_ = one_record();
    FluentOptions options_;
    FluentWindow window_{"dns", "p-", true};
    FluentSession session_{options_, window_};
};

}  // namespace

std::string broken_by_receiver(std::string_view bytes, std::size_t piece, bool key) {
    return Delivery(key).run(bytes, piece);
}

}  // namespace tapferry::test
