#include "agent/commands/probe/trial.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "agent/commands/figure_words.h"
#include "transports/make_transport.h"

namespace tapferry {

using Clock = std::chrono::steady_clock;
using Verdict = Outcome::Verdict;

namespace {

// Leaves options but the address whose turn it is, and gives its name. None: all have had their turn.
struct Alone {
    using Name = std::optional<std::string>;
    std::size_t turn;

    Name operator()(StreamOptions& options) const { return alone(options.addresses); }
    Name operator()(RelpOptions& options) const { return alone(options.addresses); }
    Name operator()(SplunkHecOptions& options) const { return alone(options.servers.urls); }
    Name operator()(ElasticsearchOptions& options) const { return alone(options.servers.urls); }
    Name operator()(HttpOptions& options) const { return alone(options.servers.urls); }
    Name operator()(FluentOptions& options) const { return alone(options.addresses); }
    // librdkafka goes from one broker to the next by itself.
    Name operator()(KafkaOptions&) const { return once(); }
    Name operator()(DatagramOptions&) const { return once(); }
    Name operator()(FileOptions&) const { return once(); }
    Name operator()(StdoutOptions&) const { return once(); }

  private:
    template <typename Place>
    [[nodiscard]] Name alone(std::vector<Place>& places) const {
        if (turn >= places.size()) return std::nullopt;
        places = std::vector<Place>{places[turn]};
        return places.front().text;
    }
    [[nodiscard]] Name once() const { return turn == 0 ? Name(std::in_place) : std::nullopt; }
};

std::chrono::milliseconds patience_with(const TransportOptions& options, std::chrono::milliseconds timeout) {
    const auto patience = timeout + time_to_accept(options);
    const auto* kafka = std::get_if<KafkaOptions>(&options);
    return kafka == nullptr ? patience : patience * static_cast<int>(kafka->brokers.size());
}

// One that waits for the far side to speak first says so before we end waiting.
void hurry(TransportOptions& options, std::chrono::milliseconds timeout) {
    if (auto* fluent = std::get_if<FluentOptions>(&options))
        fluent->connect_timeout = std::min(fluent->connect_timeout, timeout * 9 / 10);
}

Trial try_once(const TransportOptions& options, const RecordBuffer& records,
               std::chrono::milliseconds timeout) {
    const auto transport = make_transport(options);
    Trial trial;
    trial.patience = patience_with(options, timeout);
    const auto deadline = Clock::now() + trial.patience;
    bool submitted = false;
    while (Clock::now() < deadline && (!trial.outcome || trial.outcome->verdict == Verdict::sent)) {
        submitted = submitted || transport->submit({records}, Ticket{1}, deadline);
        trial.outcome = transport->wait(deadline);
    }
    if (trial.outcome && trial.outcome->verdict == Verdict::sent) trial.outcome.reset();
    if (trial.outcome) transport->finish(Clock::now() + timeout);
    trial.warning = transport->take_warning();
    if (trial.outcome) {
        trial.not_admitted = trial.outcome->not_admitted;
    } else if (const auto trouble = transport->trouble()) {
        trial.trouble = trouble->words;
        trial.not_admitted = trouble->not_admitted;
    }
    return trial;
}

void add_sentence(std::string& words, const std::string& more) {
    if (!words.empty() && !more.empty()) words += "; ";
    words += more;
}

}  // namespace

std::string Trial::words() const {
    if (outcome) return outcome->words;
    if (!trouble.empty()) return trouble;
    return "no answer in " + duration_words(static_cast<std::uint64_t>(patience.count()) * 1'000'000);
}

Trial try_batch(const TransportOptions& options, const RecordBuffer& records,
                std::chrono::milliseconds timeout) {
    std::string failures;
    Trial trial;
    for (std::size_t turn = 0;; ++turn) {
        // Each has a transport of its own: one that still waits for a silent address goes to no other.
        TransportOptions one = options;
        const auto name = std::visit(Alone{turn}, one);
        if (!name) return trial;
        hurry(one, timeout);
        trial = try_once(one, records, timeout);
        if (trial.outcome && trial.outcome->verdict == Verdict::accepted) break;
        add_sentence(failures, (trial.outcome ? "" : *name + ": ") + trial.words());
    }
    add_sentence(trial.warning, failures);
    return trial;
}

}  // namespace tapferry
