#include "transports/http/sender.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "transports/network/connection_network.h"
#include "transports/tls/client.h"

namespace tapferry {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Verdict = Outcome::Verdict;

namespace {

constexpr auto shunned_for = 60s;

const char* name_of(Compression compression) {
    return compression == Compression::gzip ? "gzip" : "zstd";
}

}  // namespace

Sender::Sender(HttpServers servers, std::unique_ptr<HttpDialect> dialect)
    : servers_(std::move(servers)),
      dialect_(std::move(dialect)),
      tls_(TlsClient::made_from(servers_.tls)),
      authorization_(servers_),
      shunned_until_(servers_.urls.size()),
      compressor_(servers_.compression, Compressor::Effort::least) {
    const auto network = std::make_shared<ConnectionNetwork>();
    for (std::size_t i = 0; i < servers_.connections; ++i) {
        lanes_.push_back(std::make_unique<Lane>(i, i % servers_.urls.size(), servers_, tls_, network));
        connections_.push_back(&lanes_.back()->exchange.connection());
    }
    if (servers_.credentials.kind != HttpCredentials::Kind::oauth2) return;
    token_ = std::make_unique<TokenFetch>(servers_, authorization_, tls_, network);
    connections_.push_back(&token_->exchange().connection());
}

Sender::~Sender() = default;

bool Sender::submit(const Batch& batch, Ticket ticket, Deadline) {
    const auto now = Clock::now();
    settle(now);
    if (finishing_ || !dialect_->has_room()) return false;
    if (outcomes_.tells_of_failure()) return false;
    Lane* lane = free_lane();
    if (lane == nullptr) return false;
    lane->job.emplace(Job{ticket, batch.records, batch.first, batch.end()});
    settle(now);
    return true;
}

std::optional<Outcome> Sender::wait(Deadline deadline) {
    const auto settled = [this](Time now) {
        settle(now);
        return true;
    };
    return outcomes_.wait(deadline, settled, [this](Deadline until) {
        Connection::run_any_until(connections_, std::min(until, next_step()));
    });
}

void Sender::finish(Deadline) {
    finishing_ = true;
    dialect_->finish(Clock::now());
}

std::string Sender::take_warning() {
    std::string warning = dialect_->take_warning();
    if (warning.empty() && tls_) warning = tls_->take_warning();
    return warning;
}

void Sender::settle(Time now) {
    if (token_) settle_token(now);
    for (const auto& lane : lanes_) settle(*lane, now);
    // It may not even have been possible to ask for a token.
    if (token_) settle_token(now);
    for (Outcome& outcome : dialect_->take_outcomes(now)) {
        outcome.words = authorization_.without_secrets(std::move(outcome.words));
        outcomes_.add(std::move(outcome));
    }
}

void Sender::settle_token(Time now) {
    const auto failure = token_->step(now);
    if (!failure) return;
    for (const auto& lane : lanes_) {
        if (lane->job && lane->job->waits)
            take_verdict(*lane, {.verdict = failure->needs_a_person ? Verdict::misconfigured : Verdict::retry,
                                 .not_admitted = failure->needs_a_person,
                                 .words = failure->words});
    }
}

void Sender::settle(Lane& lane, Time now) {
    // A batch may take several requests, none of which waits for the network.
    for (bool moves = true; moves;) {
        lane.exchange.step(now);
        moves = false;
        if (lane.exchange.state() == HttpExchange::State::answered) {
            take_answer(lane, now);
            moves = true;
        } else if (lane.exchange.state() == HttpExchange::State::failed) {
            take_failure(lane, now);
            moves = true;
        } else if (lane.job && lane.job->waits) {
            begin(lane, now);
            moves = lane.job && !lane.job->waits;
        } else if (lane.is_free()) {
            ask_question(lane, now);
            moves = lane.asks;  // it may be answered by now
        }
    }
}

void Sender::begin(Lane& lane, Time now) {
    if (authorization_.needs_token(now)) return token_->start(now);
    const auto authorization = authorization_.value();
    if (!authorization)
        return take_verdict(
            lane, {.verdict = Verdict::misconfigured, .not_admitted = true, .words = authorization_.fault()});
    choose_server(lane, now);
    lane.job->waits = false;
    const RecordRange range = range_of(*lane.job);
    body_.clear();
    dialect_->write_body(range, body_);
    send(lane, dialect_->form(lane.number), *authorization, body_, dialect_->longest_answer(range.size()),
         now);
}

void Sender::choose_server(Lane& lane, Time now) {
    if (lane.server == lane.home || lane.job->servers_tried != 0 || now < shunned_until_[lane.home]) return;
    if (dialect_->stays(lane.number)) return;
    if (lane.exchange.is_open_to(servers_.urls[lane.server], now)) return;
    lane.server = lane.home;
    dialect_->moved(lane.number);
}

void Sender::send(Lane& lane, RequestForm form, const std::string& authorization, std::string_view body,
                  std::size_t longest_answer, Time now) {
    const Url& url = servers_.urls[lane.server];
    HttpHead head = head_for(servers_, url, form.path);
    head.method = std::move(form.method);
    if (!authorization.empty()) head.headers.emplace_back("Authorization", authorization);
    std::move(form.headers.begin(), form.headers.end(), std::back_inserter(head.headers));
    head.headers.insert(head.headers.end(), servers_.headers.begin(), servers_.headers.end());
    // Compressed, an empty body has bytes, and servers refuse a body with GET.
    const bool is_packed = servers_.compression != Compression::none && !body.empty();
    if (is_packed) head.headers.emplace_back("Content-Encoding", name_of(servers_.compression));
    std::string& whole = lane.request.begin(head);
    if (!body.empty()) compressor_.append(body, whole);
    lane.exchange.ask(url, lane.request.finish(), longest_answer, now);
}

void Sender::take_answer(Lane& lane, Time now) {
    const ServerAnswer& answer = lane.exchange.answer();
    if (answer.is_success()) authorization_.accepted();
    if (std::exchange(lane.asks, false)) {
        dialect_->take_answer(lane.number, &answer, now);
        return lane.exchange.conclude();
    }
    Job& job = *lane.job;
    job.handed_over = true;
    Outcome outcome = dialect_->judge(answer, range_of(job), job.ticket, lane.number, now);
    outcome.words = authorization_.without_secrets(std::move(outcome.words));
    for (std::string& words : outcome.refused_words)
        words = servers_.urls[lane.server].text + ": " + authorization_.without_secrets(std::move(words));
    // What was renewed in the meantime may do at the next attempt.
    const bool unknown = answer.status == 401 || answer.status == 403;
    if (unknown && authorization_.refused() && outcome.verdict == Verdict::misconfigured)
        outcome.verdict = Verdict::retry;
    outcome.not_admitted = unknown && outcome.verdict == Verdict::misconfigured;
    if (!outcome.words.empty()) outcome.words.insert(0, servers_.urls[lane.server].text + ": ");
    lane.exchange.conclude();
    if (is_failure(outcome) && !dialect_->stays(lane.number)) leave_server(lane, now);
    take_verdict(lane, std::move(outcome));
}

void Sender::take_failure(Lane& lane, Time now) {
    const HttpExchange::Failure failure = lane.exchange.failure();
    lane.exchange.close();
    if (!lane.asks || lane.asks_what_is_vital) leave_server(lane, now);
    if (std::exchange(lane.asks, false)) return dialect_->take_answer(lane.number, nullptr, now);
    Job& job = *lane.job;
    job.handed_over |= failure.handed_over;
    if (failure.handed_over) dialect_->lost_answer(lane.number);
    job.hopeless += failure.needs_a_person ? 1 : 0;
    const bool elsewhere = ++job.servers_tried < servers_.urls.size() && !failure.handed_over;
    if (elsewhere) {
        job.waits = true;
        return;
    }
    const bool hopeless = job.hopeless == job.servers_tried;
    take_verdict(lane,
                 {.verdict = hopeless ? Verdict::misconfigured : Verdict::retry, .words = failure.words});
}

void Sender::take_verdict(Lane& lane, Outcome outcome) {
    Job& job = *lane.job;
    const RecordRange range = range_of(job);
    const bool one_of_several = range.size() == 1 && (job.begun || range.last != job.end);
    if (!one_of_several) return conclude(lane, std::move(outcome));
    if (is_failure(outcome)) {
        if (job.begun)
            for (std::size_t i = range.first; i < job.end; ++i)
                outcome.retry_records.push_back(static_cast<std::uint32_t>(i));
        return conclude(lane, std::move(outcome));
    }
    if (outcome.verdict != Verdict::accepted) {
        job.refused.push_back(static_cast<std::uint32_t>(range.first));
        job.refusals.push_back(std::move(outcome.words));
    }
    job.begun = true;
    job.servers_tried = job.hopeless = 0;
    job.first = range.last;
    job.waits = true;
    if (job.first == job.end) conclude(lane, {.verdict = Verdict::accepted});
}

void Sender::conclude(Lane& lane, Outcome outcome) {
    Job& job = *lane.job;
    outcome.ticket = job.ticket;
    outcome.handed_over = job.handed_over;
    outcome.refused_records.insert(outcome.refused_records.begin(), job.refused.begin(), job.refused.end());
    if (outcome.words.empty() && !job.refusals.empty()) outcome.words = job.refusals.back();
    outcome.refused_words.insert(outcome.refused_words.begin(), job.refusals.begin(), job.refusals.end());
    outcomes_.add(std::move(outcome));
    lane.job.reset();
}

void Sender::ask_question(Lane& lane, Time now) {
    auto question = dialect_->question(lane.number, now);
    if (!question) return;
    const bool lacks_token = authorization_.needs_token(now);
    const auto authorization = lacks_token ? std::nullopt : authorization_.value();
    // It is asked again after the pause that no answer makes.
    if (!authorization) return dialect_->take_answer(lane.number, nullptr, now);
    lane.asks = true;
    lane.asks_what_is_vital = question->is_vital;
    send(lane, std::move(question->form), *authorization, question->body, 1 << 20, now);
}

void Sender::leave_server(Lane& lane, Time now) {
    if (servers_.urls.size() == 1) return;
    shunned_until_[lane.server] = now + shunned_for;
    lane.exchange.close();
    lane.server = (lane.server + 1) % servers_.urls.size();
    dialect_->moved(lane.number);
}

RecordRange Sender::range_of(const Job& job) const {
    return {job.records, job.first, job.first + std::min(dialect_->most_records(), job.end - job.first)};
}

Sender::Time Sender::next_step() const {
    Time next = dialect_->next_step();
    for (const auto& lane : lanes_) next = std::min(next, lane->exchange.alarm());
    if (token_) next = std::min(next, token_->exchange().alarm());
    return next;
}

// In turn, so that all servers have their share.
Sender::Lane* Sender::free_lane() {
    for (std::size_t i = 1; i <= lanes_.size(); ++i) {
        const std::size_t at = (last_lane_ + i) % lanes_.size();
        if (!lanes_[at]->is_free()) continue;
        last_lane_ = at;
        return lanes_[at].get();
    }
    return nullptr;
}

}  // namespace tapferry
