// Splunk's HTTP Event Collector: events in their envelopes, or lines to its raw endpoint; what its answer's
// code means; and, where it is asked for, its acknowledgement that events are indexed.
#pragma once

#include <string>
#include <vector>

#include "transports/http/dialect.h"
#include "transports/http/hec_acknowledgements.h"
#include "transports/http/splunk_hec_options.h"

namespace tapferry {

class HecDialect final : public HttpDialect {
  public:
    explicit HecDialect(SplunkHecOptions options);
    HecDialect(const HecDialect&) = delete;
    HecDialect& operator=(const HecDialect&) = delete;

    [[nodiscard]] RequestForm form(Lane lane) const override;
    void write_body(const RecordRange& range, std::string& out) override;
    Outcome judge(const ServerAnswer& answer, const RecordRange& range, Ticket ticket, Lane lane,
                  Time now) override;

    std::optional<SideQuestion> question(Lane lane, Time now) override;
    void take_answer(Lane lane, const ServerAnswer* answer, Time now) override;
    [[nodiscard]] bool stays(Lane lane) const override;
    void lost_answer(Lane lane) override;
    void moved(Lane lane) override;
    std::vector<Outcome> take_outcomes(Time now) override;
    void finish(Time now) override;
    [[nodiscard]] bool has_room() const override;
    [[nodiscard]] Time next_step() const override;
    [[nodiscard]] std::string take_warning() override;

  private:
    // Acknowledgements are on a channel, and often on one server behind a balancer, which cookies find again.
    struct Channel {
        HecAcknowledgements acknowledgements;
        std::string cookies;
    };
    // Batches that were taken and are not indexed: their positions wait.
    static constexpr std::size_t most_waiting = 10000;

    Outcome judge_success(const HecAnswer& answer, Ticket ticket, Lane lane, Time now);
    [[nodiscard]] Outcome::Verdict verdict_of(const ServerAnswer& answer, const HecAnswer& said) const;
    void add_channel(Lane lane, HttpHeaders& headers) const;

    const SplunkHecOptions options_;
    std::string path_;
    std::vector<Channel> channels_;  // one a lane
    std::string warning_;
    bool warned_ = false;
};

}  // namespace tapferry
