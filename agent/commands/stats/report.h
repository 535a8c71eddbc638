// What `stats` found, as it is shown: the same tables, distributions and steps in the terminal, as JSON and
// as a page. Every text in it is printable ASCII, but for the names of files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/commands/stats/statistics.h"

namespace tapferry {

struct ReportRow {
    std::string text;
    std::uint64_t count = 0;
    std::uint64_t error = 0;  // how much of the count may be too much
};

struct ReportTable {
    std::string_view key;    // "names"
    std::string_view title;  // "Names"
    std::vector<ReportRow> rows;
    std::uint64_t total = 0;     // events that have such a thing
    std::uint64_t distinct = 0;  // at least, when not exact
    bool exact = true;
};

struct ReportDistribution {
    std::string key;  // "all", "CLIENT_RESPONSE", "responses"
    std::uint64_t count = 0;
    std::uint64_t zeros = 0;  // of latencies: those below a step of the server's clock
    std::uint64_t least_above_0 = 0;
    std::uint64_t least = 0;
    std::uint64_t greatest = 0;
    double mean = 0;
    std::uint64_t p50 = 0, p90 = 0, p95 = 0, p99 = 0;
    std::vector<LogHistogram::Range> ranges;
};

// What was read, beside the events themselves.
struct CaptureTotals {
    std::vector<std::string> files;
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;        // of the frames
    std::uint64_t undecodable = 0;  // frames that are no dnstap
    std::uint64_t oversize = 0;     // frames above 1 MiB
    std::uint64_t filtered = 0;     // events that are not wanted
    std::uint64_t unanswered = 0;   // queries without a response, where responses are told
};

struct CaptureReport {
    CaptureTotals totals;
    std::uint64_t events = 0, responses = 0, failures = 0, truncated = 0, edns = 0, dnssec_ok = 0;
    std::uint64_t malformed = 0, without_time = 0;
    std::optional<Timestamp> first;
    std::optional<Timestamp> last;
    double seconds = 0;    // from the first to the last
    double mean_rate = 0;  // events a second; 0: there is no telling
    double peak_rate = 0;  // of the busiest second; below the mean where there was less than one
    [[nodiscard]] bool has_busiest_second() const { return seconds >= 1 && peak_rate >= mean_rate; }
    std::vector<ReportTable> tables;
    std::vector<ReportDistribution> latency;  // in nanoseconds: of all, then of each type; may be empty
    std::vector<ReportDistribution> sizes;    // in bytes: queries, responses
    TimelineSteps timeline;
};

// A value of it in words. A latency of 0 is below the least that was told: "<4.00 ms".
std::string value_words(const ReportDistribution&, std::uint64_t value, std::string (*words)(std::uint64_t));
// "340 of 400 (85.0 %) below a step of the server's clock"; empty: none.
std::string zeros_words(const ReportDistribution&);

// At most `top` rows a table.
CaptureReport make_report(const CaptureStatistics&, CaptureTotals, std::size_t top);

// Each is whole and ends with a line's end.
std::string report_json(const CaptureReport&);
struct TerminalLooks {
    std::size_t width = 80;  // columns
    bool colour = false;
    bool unicode = false;  // block characters; otherwise ASCII alone
};
std::string report_text(const CaptureReport&, const TerminalLooks&);
std::string report_html(const CaptureReport&);

}  // namespace tapferry
