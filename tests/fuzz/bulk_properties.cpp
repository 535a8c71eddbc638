#include "tests/fuzz/bulk_properties.h"

#include <algorithm>
#include <array>
#include <vector>

#include "tests/fuzz/some_records.h"
#include "transports/http/answer_json.h"
#include "transports/http/bulk_dialect.h"

namespace tapferry::test {
namespace {

using Verdict = Outcome::Verdict;

constexpr std::size_t record_count = 10;
const RecordBuffer sent = some_records(record_count);
constexpr std::size_t most_words = 4000;
constexpr std::array<unsigned, 10> statuses{200, 201, 302, 400, 401, 403, 404, 413, 429, 503};

std::size_t digit(std::string_view bytes, std::size_t at) {
    return at < bytes.size() && bytes[at] >= '0' && bytes[at] <= '9'
               ? static_cast<std::size_t>(bytes[at] - '0')
               : 0;
}

bool rises_within(const std::vector<std::uint32_t>& records, const RecordRange& range) {
    return std::adjacent_find(records.begin(), records.end(), std::greater_equal<>()) == records.end() &&
           (records.empty() || (records.front() >= range.first && records.back() < range.last));
}

std::string fault_of(const Outcome& outcome, const ServerAnswer& answer, const RecordRange& range) {
    if (outcome.verdict == Verdict::sent) return "waits for a word that nobody gives";
    if (!rises_within(outcome.refused_records, range) || !rises_within(outcome.retry_records, range))
        return "names records that were not sent, or not in order";
    for (const std::uint32_t record : outcome.refused_records)
        if (std::binary_search(outcome.retry_records.begin(), outcome.retry_records.end(), record))
            return "refuses and repeats a record";
    if (outcome.verdict == Verdict::accepted && !outcome.retry_records.empty())
        return "accepts what goes again";
    if (outcome.words.size() > most_words || !std::all_of(outcome.words.begin(), outcome.words.end(),
                                                          [](char c) { return c >= 0x20 && c <= 0x7E; }))
        return "odd words";
    if (!answer.is_success())
        return outcome.verdict == Verdict::accepted ? "takes a refusal for success" : "";
    // Nothing counts as stored that the answer does not name.
    const auto items = read_bulk_items(answer.body);
    if (!items || items->size() != range.size())
        return outcome.verdict == Verdict::accepted || !outcome.retry_records.empty()
                   ? "believes half an answer"
                   : "";
    for (std::size_t i = 0; i < items->size(); ++i) {
        const auto record = static_cast<std::uint32_t>(range.first + i);
        const bool stored = (*items)[i].status / 100 == 2 || (*items)[i].status == 409;
        const bool named =
            std::binary_search(outcome.retry_records.begin(), outcome.retry_records.end(), record) ||
            std::binary_search(outcome.refused_records.begin(), outcome.refused_records.end(), record);
        if (!stored && !named) return "counts as stored what was not";
    }
    return "";
}

}  // namespace

std::string broken_by_bulk_answer(std::string_view bytes) {
    ServerAnswer answer;
    answer.status = statuses[digit(bytes, 0)];
    const RecordRange range{sent, 1, 1 + std::max<std::size_t>(digit(bytes, 1), 1)};
    answer.body = bytes.substr(std::min<std::size_t>(bytes.size(), 2));
    BulkDialect dialect({});
    return fault_of(dialect.judge(answer, range, Ticket{1}, 0, {}), answer, range);
}

}  // namespace tapferry::test
