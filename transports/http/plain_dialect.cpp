#include "transports/http/plain_dialect.h"

#include <algorithm>

#include "transports/http/answer_words.h"

namespace tapferry {

using Verdict = Outcome::Verdict;

namespace {

Verdict verdict_of(unsigned status) {
    if (status / 100 == 2) return Verdict::accepted;
    if (status / 100 == 5) return Verdict::retry;
    switch (status) {
        case 408:
        case 425:
        case 429:
            return Verdict::retry;
        case 413:
            return Verdict::too_big;
        case 400:
        case 422:
            return Verdict::refused;
        default:
            return Verdict::misconfigured;
    }
}

bool holds(const std::vector<unsigned>& statuses, unsigned status) {
    return std::find(statuses.begin(), statuses.end(), status) != statuses.end();
}

}  // namespace

Outcome judged_by_status(const ServerAnswer& answer) {
    Outcome outcome;
    outcome.verdict = verdict_of(answer.status);
    outcome.retry_after = answer.retry_after;
    if (outcome.verdict == Verdict::accepted) return outcome;
    outcome.words = words_of(answer);
    if (answer.status / 100 == 3) outcome.words += " (it points elsewhere, which is never followed)";
    return outcome;
}

RequestForm PlainDialect::form(Lane) const {
    RequestForm form{options_.method, {}, {}};
    if (!options_.content_type.empty()) form.headers.emplace_back("Content-Type", options_.content_type);
    return form;
}

void PlainDialect::write_body(const RecordRange& range, std::string& out) {
    out.append(options_.prefix);
    const auto records = range.records.records();
    for (std::size_t i = range.first; i < range.last; ++i) {
        if (i != range.first) out.append(options_.separator);
        out.append(range.records.content(records[i]));
    }
    out.append(options_.suffix);
}

std::size_t PlainDialect::most_records() const {
    return options_.one_record_each ? 1 : HttpDialect::most_records();
}

Outcome PlainDialect::judge(const ServerAnswer& answer, const RecordRange&, Ticket, Lane, Time) {
    Outcome outcome = judged_by_status(answer);
    if (holds(options_.accept, answer.status)) outcome.verdict = Verdict::accepted;
    if (holds(options_.refuse, answer.status)) outcome.verdict = Verdict::refused;
    if (holds(options_.retry, answer.status)) outcome.verdict = Verdict::retry;
    if (outcome.verdict == Verdict::accepted)
        outcome.words.clear();
    else if (outcome.words.empty())
        outcome.words = words_of(answer);
    return outcome;
}

}  // namespace tapferry
