#include "tests/fuzz/http_properties.h"

#include <algorithm>
#include <cstdint>

#include "tests/fuzz/some_records.h"
#include "transports/http/answer_json.h"
#include "transports/http/answer_parser.h"
#include "transports/http/bulk_dialect.h"
#include "transports/http/hec_dialect.h"
#include "transports/http/plain_dialect.h"

namespace tapferry::test {
namespace {

constexpr std::size_t longest_body = 4096;
const RecordBuffer sent = some_records(4);

// What is read of it in pieces of that size; false: no answer.
bool read(std::string_view bytes, std::size_t piece, ServerAnswer& answer) {
    HttpAnswerParser parser;
    parser.begin(longest_body);
    std::string waiting;
    while (!bytes.empty() && parser.state() == HttpAnswerParser::State::reading) {
        waiting.append(bytes.substr(0, piece));
        bytes.remove_prefix(std::min(piece, bytes.size()));
        for (std::size_t used = 1; used != 0;) waiting.erase(0, used = parser.feed(waiting));
    }
    parser.end();
    if (parser.state() != HttpAnswerParser::State::done) return false;
    answer = parser.answer();
    return true;
}

std::string fault_of(const Outcome& outcome) {
    for (const auto* records : {&outcome.refused_records, &outcome.retry_records})
        for (const std::uint32_t record : *records)
            if (record >= sent.size()) return "a verdict for a record that was not sent";
    for (const char c : outcome.words)
        if (c < 0x20 || c > 0x7E) return "words that cannot be printed";
    return outcome.words.size() > 2000 ? "words without end" : "";
}

std::string fault_of_dialects(const ServerAnswer& answer) {
    const RecordRange range{sent, 0, sent.size()};
    const HttpDialect::Time now{};
    std::string fault = fault_of(PlainDialect({}).judge(answer, range, Ticket{1}, 0, now));
    if (fault.empty()) fault = fault_of(BulkDialect({}).judge(answer, range, Ticket{1}, 0, now));
    SplunkHecOptions options;
    options.acknowledgement = true;
    HecDialect hec(options);
    if (fault.empty()) fault = fault_of(hec.judge(answer, range, Ticket{1}, 0, now));
    hec.take_answer(0, &answer, now);
    for (const Outcome& outcome : hec.take_outcomes(now))
        if (outcome.ticket != Ticket{1}) fault = "a verdict for a batch that was not sent";
    (void)read_token_answer(answer.body);
    return fault;
}

}  // namespace

std::string broken_by_answer(std::string_view bytes) {
    ServerAnswer answer;
    const bool whole = read(bytes, bytes.size() + 1, answer);
    if (answer.body.size() > longest_body) return "a longer body than is allowed";
    for (const std::size_t piece : {1U, 3U, 64U}) {
        ServerAnswer other;
        if (read(bytes, piece, other) != whole || other.status != answer.status || other.body != answer.body)
            return "another answer in pieces";
    }
    if (whole) return fault_of_dialects(answer);
    // The bytes as a body, of each class of statuses.
    answer.body = bytes;
    for (const unsigned status : {200U, 400U, 401U, 503U}) {
        answer.status = status;
        if (std::string fault = fault_of_dialects(answer); !fault.empty()) return fault;
    }
    return {};
}

}  // namespace tapferry::test
