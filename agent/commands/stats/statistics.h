// Everything that `stats` counts of the events of a capture. Counted are events: a query and its response are
// two. Filled by the command, read by make_report().
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "agent/commands/stats/log_histogram.h"
#include "agent/commands/stats/timeline.h"
#include "agent/commands/stats/top_table.h"
#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

struct CaptureTables {
    TopTable types;
    TopTable rcodes;  // of responses
    TopTable qtypes;
    TopTable protocols;
    TopTable servers;  // identities
    TopTable names;
    TopTable domains;                 // registered ones
    TopTable failing_names{250'000};  // asked in what was answered with an error
    TopTable clients;                 // who asked a server of clients or of authority
    TopTable upstreams{250'000};      // whom a resolver or forwarder asked
    TopTable malformed;               // by reason
};

class CaptureStatistics {
  public:
    void add(const Event& event);

    [[nodiscard]] const CaptureTables& tables() const { return tables_; }
    [[nodiscard]] const Timeline& timeline() const { return timeline_; }
    // In nanoseconds, of responses of one type.
    [[nodiscard]] const LogHistogram& latency(MessageType type) const {
        return latency_[static_cast<std::size_t>(type)];
    }
    [[nodiscard]] const LogHistogram& latency() const { return all_latency_; }
    // Bytes of DNS messages.
    [[nodiscard]] const LogHistogram& query_sizes() const { return query_sizes_; }
    [[nodiscard]] const LogHistogram& response_sizes() const { return response_sizes_; }

    // Of events whose time the server told.
    [[nodiscard]] const std::optional<Timestamp>& first() const { return first_; }
    [[nodiscard]] const std::optional<Timestamp>& last() const { return last_; }
    [[nodiscard]] std::uint64_t events() const { return events_; }
    [[nodiscard]] std::uint64_t responses() const { return responses_; }
    [[nodiscard]] std::uint64_t failures() const { return failures_; }    // response code other than NOERROR
    [[nodiscard]] std::uint64_t truncated() const { return truncated_; }  // responses with TC
    [[nodiscard]] std::uint64_t edns() const { return edns_; }
    [[nodiscard]] std::uint64_t dnssec_ok() const { return dnssec_ok_; }
    [[nodiscard]] std::uint64_t without_time() const { return without_time_; }

  private:
    void add_question(const Event& event);
    void add_peers(const Event& event);
    void add_message(const Event& event);
    void add_times(const Event& event);
    // Counts what `append` writes, unless that is nothing.
    template <typename Append>
    void count(TopTable& table, Append append);

    CaptureTables tables_;
    Timeline timeline_;
    std::array<LogHistogram, message_type_count> latency_;
    LogHistogram all_latency_;
    LogHistogram query_sizes_;
    LogHistogram response_sizes_;
    std::optional<Timestamp> first_;
    std::optional<Timestamp> last_;
    std::uint64_t events_ = 0;
    std::uint64_t responses_ = 0;
    std::uint64_t failures_ = 0;
    std::uint64_t truncated_ = 0;
    std::uint64_t edns_ = 0;
    std::uint64_t dnssec_ok_ = 0;
    std::uint64_t without_time_ = 0;
    TextBuffer text_;
};

}  // namespace tapferry
