#include "tests/fuzz/hec_properties.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "tests/fuzz/some_records.h"
#include "transports/http/hec_dialect.h"

namespace tapferry::test {
namespace {

using Verdict = Outcome::Verdict;

constexpr std::size_t record_count = 4;
const RecordBuffer sent = some_records(record_count);
constexpr std::size_t most_words = 2000;
constexpr std::array<unsigned, 10> statuses{200, 201, 204, 302, 400, 401, 403, 404, 429, 503};

SplunkHecOptions acknowledged() {
    SplunkHecOptions options;
    options.acknowledgement = true;
    options.servers.connections = 2;
    return options;
}

// Two connections, a batch an answer, and what became of each.
class Collector {
  public:
    std::string run(std::string_view answers) {
        while (!answers.empty() && fault_.empty()) {
            const std::string_view one = answers.substr(0, answers.find('\0'));
            answers.remove_prefix(std::min(one.size() + 1, answers.size()));
            if (!one.empty()) take(one);
        }
        // What nobody says anything of any more goes again.
        for (std::size_t lane = 0; lane < 2; ++lane) dialect_.moved(lane);
        take_outcomes();
        for (const auto& [ticket, settled] : batches_)
            if (!settled) complain("a batch without an outcome");
        for (std::size_t lane = 0; lane < 2; ++lane) {
            if (dialect_.stays(lane)) complain("waits for what it has given up");
            if (dialect_.question(lane, now_ + std::chrono::hours(1)))
                complain("asks for what it has given up");
        }
        return fault_;
    }

  private:
    void take(std::string_view one) {
        ServerAnswer answer;
        answer.status = one.size() > 1 && one[1] >= '0' && one[1] <= '9'
                            ? statuses[static_cast<std::size_t>(one[1] - '0')]
                            : 200;
        answer.body = one.substr(std::min<std::size_t>(one.size(), 2));
        const std::size_t lane = batches_.size() % 2;
        switch (one[0]) {
            case 'q':
            case 'n':
                ask(lane, one[0] == 'q' ? &answer : nullptr);
                break;
            case 'm':
                dialect_.moved(lane);
                break;
            default:
                take_batch(lane, answer);
        }
        now_ += std::chrono::seconds(1);
        take_outcomes();
    }

    void ask(std::size_t lane, const ServerAnswer* answer) {
        const auto question = dialect_.question(lane, now_);
        if (!question) return;
        if (!question->body.starts_with("{\"acks\":[") || !question->body.ends_with("]}"))
            complain("asks what is no question");
        dialect_.take_answer(lane, answer, now_);
    }

    void take_batch(std::size_t lane, const ServerAnswer& answer) {
        const Ticket ticket{batches_.size() + 1};
        batches_[ticket] = false;
        const Outcome outcome = dialect_.judge(answer, {sent, 1, record_count}, ticket, lane, now_);
        if (outcome.verdict == Verdict::sent) {
            if (!answer.is_success()) complain("waits for what was not taken");
            return;
        }
        if (outcome.verdict == Verdict::accepted && !answer.is_success())
            complain("takes a refusal for success");
        settle(ticket, outcome);
    }

    void take_outcomes() {
        for (const Outcome& outcome : dialect_.take_outcomes(now_)) settle(outcome.ticket, outcome);
    }

    void settle(Ticket ticket, const Outcome& outcome) {
        const auto batch = batches_.find(ticket);
        if (batch == batches_.end()) return complain("an outcome of a batch that was not sent");
        if (std::exchange(batch->second, true)) complain("two outcomes of a batch");
        if (!outcome.retry_records.empty()) complain("records that go again by themselves");
        for (const std::uint32_t record : outcome.refused_records)
            if (record < 1 || record >= record_count) complain("refuses a record that was not sent");
        if (outcome.words.size() > most_words || !std::all_of(outcome.words.begin(), outcome.words.end(),
                                                              [](char c) { return c >= 0x20 && c <= 0x7E; }))
            complain("odd words");
    }

    void complain(const char* fault) {
        if (fault_.empty()) fault_ = fault;
    }

    HecDialect dialect_{acknowledged()};
    HttpDialect::Time now_{};
    std::map<Ticket, bool> batches_;  // true: settled
    std::string fault_;
};

}  // namespace

std::string broken_by_collector(std::string_view answers) {
    return Collector().run(answers);
}

}  // namespace tapferry::test
