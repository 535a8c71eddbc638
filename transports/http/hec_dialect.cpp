#include "transports/http/hec_dialect.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "transports/http/answer_words.h"

namespace tapferry {

using Verdict = Outcome::Verdict;

namespace {

std::string path_of(const SplunkHecOptions& options) {
    if (options.endpoint == SplunkHecOptions::Endpoint::event) return "/services/collector/event";
    std::string path = "/services/collector/raw";
    for (const auto& [name, value] : options.metadata)
        path += (path.find('?') == std::string::npos ? '?' : '&') + name + "=" + percent_encoded(value);
    return path;
}

// The codes that real servers answer with (Splunk, "Troubleshoot HTTP Event Collector").
namespace code {
constexpr std::initializer_list<unsigned> taken{0, 17, 24, 25};
constexpr unsigned no_data = 5, bad_format = 6, bad_index = 7, no_event = 12, blank_event = 13,
                   bad_fields = 15;
constexpr unsigned bad_channel = 11;
constexpr unsigned internal_error = 8, busy = 9, queues_full = 18, acks_unavailable = 19, both_unhealthy = 20,
                   shutting_down = 23, queue_at_capacity = 26, acks_at_capacity = 27;
}  // namespace code

bool is_one_of(unsigned number, std::initializer_list<unsigned> numbers) {
    return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

}  // namespace

HecDialect::HecDialect(SplunkHecOptions options) : options_(std::move(options)), path_(path_of(options_)) {
    for (std::size_t i = 0; i < options_.servers.connections; ++i)
        channels_.push_back({HecAcknowledgements(options_), {}});
}

RequestForm HecDialect::form(Lane lane) const {
    RequestForm form{"POST", path_, {}};
    const bool raw = options_.endpoint == SplunkHecOptions::Endpoint::raw;
    form.headers.emplace_back("Content-Type", raw ? "text/plain; charset=utf-8" : "application/json");
    if (raw || options_.acknowledgement) add_channel(lane, form.headers);
    return form;
}

void HecDialect::add_channel(Lane lane, HttpHeaders& headers) const {
    headers.emplace_back("X-Splunk-Request-Channel", channels_[lane].acknowledgements.channel());
    if (!channels_[lane].cookies.empty()) headers.emplace_back("Cookie", channels_[lane].cookies);
}

void HecDialect::write_body(const RecordRange& range, std::string& out) {
    out.append(range.records.wire(range.first, range.last));
}

Outcome HecDialect::judge(const ServerAnswer& answer, const RecordRange& range, Ticket ticket, Lane lane,
                          Time now) {
    const HecAnswer said = read_hec_answer(answer.body);
    if (!answer.cookies.empty() && is_header_value(answer.cookies)) channels_[lane].cookies = answer.cookies;
    if (!said.code || said.has_odd_ack_id) lost_answer(lane);
    Outcome outcome = judged_by_status(answer);
    // Whatever else listens there answers, too; of what it says nothing is believed but that it is not the
    // collector.
    if (!said.code && (answer.is_success() || outcome.verdict == Verdict::refused)) {
        outcome.verdict = Verdict::misconfigured;
        outcome.words = words_of(answer.status, "it does not answer as an HTTP Event Collector does: " +
                                                    (answer.is_success() ? "no code" : outcome.words));
        return outcome;
    }
    if (answer.is_success() && is_one_of(*said.code, code::taken))
        return judge_success(said, ticket, lane, now);
    if (said.code) {
        outcome.words = words_of(answer.status, said.text + " (code " + std::to_string(*said.code) + ")");
        outcome.verdict = verdict_of(answer, said);
        if (*said.code == code::bad_channel) channels_[lane].acknowledgements.renew_channel(outcome.words);
    }
    // What stood before it may be indexed, or not: it goes again, under the same ids.
    if (outcome.verdict == Verdict::refused && said.invalid_event && *said.invalid_event < range.size())
        outcome.refused_records = {static_cast<std::uint32_t>(range.first + *said.invalid_event)};
    return outcome;
}

Outcome HecDialect::judge_success(const HecAnswer& answer, Ticket ticket, Lane lane, Time now) {
    if (!options_.acknowledgement) return {.verdict = Verdict::accepted};
    if (answer.ack_id) {
        channels_[lane].acknowledgements.wait_for(*answer.ack_id, ticket, now);
        return {.verdict = Verdict::sent};
    }
    if (answer.has_odd_ack_id)
        return {.verdict = Verdict::retry, .words = "its acknowledgement id is not a number"};
    if (!std::exchange(warned_, true))
        warning_ =
            "the server takes events without acknowledging them: its token has no indexer acknowledgement, "
            "so that they count as delivered when they are taken";
    return {.verdict = Verdict::accepted};
}

Verdict HecDialect::verdict_of(const ServerAnswer& answer, const HecAnswer& said) const {
    const unsigned number = *said.code;
    if (is_one_of(number,
                  {code::no_data, code::bad_format, code::no_event, code::blank_event, code::bad_fields}))
        return Verdict::refused;
    if (number == code::bad_index) return options_.index_by_event ? Verdict::refused : Verdict::misconfigured;
    if (is_one_of(number, {code::bad_channel, code::internal_error, code::busy, code::queues_full,
                           code::acks_unavailable, code::both_unhealthy, code::shutting_down,
                           code::queue_at_capacity, code::acks_at_capacity}))
        return Verdict::retry;
    // All others are about the token, the channel or the set-up; and those that nobody knew yet go by status.
    const Verdict by_status = judged_by_status(answer).verdict;
    const bool tells_nothing = by_status == Verdict::refused || by_status == Verdict::accepted;
    return tells_nothing ? Verdict::misconfigured : by_status;
}

std::optional<SideQuestion> HecDialect::question(Lane lane, Time now) {
    auto body = channels_[lane].acknowledgements.question(now);
    if (!body) return std::nullopt;
    SideQuestion question{{"POST", "/services/collector/ack", {}}, std::move(*body)};
    question.form.path += "?channel=" + channels_[lane].acknowledgements.channel();
    question.form.headers.emplace_back("Content-Type", "application/json");
    add_channel(lane, question.form.headers);
    return question;
}

void HecDialect::take_answer(Lane lane, const ServerAnswer* answer, Time now) {
    const bool good = answer != nullptr && answer->is_success();
    channels_[lane].acknowledgements.take_answer(good ? &answer->body : nullptr, now);
}

bool HecDialect::stays(Lane lane) const {
    return channels_[lane].acknowledgements.waiting() != 0;
}

// The server may acknowledge that request under an id that another batch waits for: a server that has
// restarted counts from 0 again.
void HecDialect::lost_answer(Lane lane) {
    HecAcknowledgements& acknowledgements = channels_[lane].acknowledgements;
    if (acknowledgements.waiting() != 0)
        acknowledgements.renew_channel(
            "an answer was lost, and with it the id under which the server acknowledges it");
}

void HecDialect::moved(Lane lane) {
    channels_[lane].acknowledgements.renew_channel(
        "the server that was to acknowledge a batch is no longer reachable");
    channels_[lane].cookies.clear();
}

std::vector<Outcome> HecDialect::take_outcomes(Time now) {
    std::vector<Outcome> all;
    for (Channel& channel : channels_) {
        auto some = channel.acknowledgements.take_outcomes(now);
        std::move(some.begin(), some.end(), std::back_inserter(all));
    }
    return all;
}

void HecDialect::finish(Time now) {
    for (Channel& channel : channels_) channel.acknowledgements.ask_soon(now);
}

bool HecDialect::has_room() const {
    std::size_t waiting = 0;
    for (const Channel& channel : channels_) waiting += channel.acknowledgements.waiting();
    return waiting < most_waiting;
}

HecDialect::Time HecDialect::next_step() const {
    Time next = Time::max();
    for (const Channel& channel : channels_) next = std::min(next, channel.acknowledgements.next_step());
    return next;
}

std::string HecDialect::take_warning() {
    return std::exchange(warning_, {});
}

}  // namespace tapferry
