// Splunk's indexer acknowledgement (docs.splunk.com, "About HTTP Event Collector Indexer Acknowledgment"):
// which batches have been taken and are not indexed yet. The answer to a batch gives it an id, {"ackId":0};
// it is asked for with {"acks":[0,1]}, and told in {"acks":{"0":true,"1":false}}. An id is told on a channel,
// is good on it alone, and its "true" is said once; when that is lost, or the server forgets, the batch goes
// again after a time. No network here. Owned by HecDialect, one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "transports/http/answer_json.h"
#include "transports/http/splunk_hec_options.h"
#include "transports/transport.h"

namespace tapferry {

// "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx": a random one (RFC 9562, section 5.4).
std::string random_guid();

// Of one channel.
class HecAcknowledgements {
  public:
    using Time = std::chrono::steady_clock::time_point;

    explicit HecAcknowledgements(const SplunkHecOptions& options)
        : options_(options), channel_(random_guid()), pause_(options.first_poll) {}

    [[nodiscard]] const std::string& channel() const { return channel_; }
    // What waits goes again, under another channel.
    void renew_channel(const std::string& why);

    void wait_for(std::uint64_t id, Ticket ticket, Time now);
    // Somebody waits for what is under way.
    void ask_soon(Time now);
    // Of 1000 ids at most: when it is time to ask.
    std::optional<std::string> question(Time now);
    // Null: there was none.
    void take_answer(const std::string* body, Time now);
    std::vector<Outcome> take_outcomes(Time now);
    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
    [[nodiscard]] Time next_step() const;

  private:
    struct Waiting {
        Ticket ticket;
        Time until;
    };
    // Earlier ids are told first.
    static constexpr std::size_t most_asked_at_once = 1000;

    const SplunkHecOptions& options_;
    std::string channel_;
    std::map<std::uint64_t, Waiting> waiting_;
    std::vector<Outcome> outcomes_;
    std::chrono::milliseconds pause_;
    Time ask_at_ = Time::max();
};

}  // namespace tapferry
