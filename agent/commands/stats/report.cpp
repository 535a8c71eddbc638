#include "agent/commands/stats/report.h"

#include <algorithm>

#include "agent/commands/count_words.h"
#include "agent/commands/figure_words.h"
#include "encoders/event_roles.h"
#include "proto/dns_text.h"

namespace tapferry {

namespace {

constexpr std::size_t most_steps = 240;

ReportTable table_of(std::string_view key, std::string_view title, const TopTable& counts, std::size_t top) {
    ReportTable table{key, title, {}, counts.total(), counts.distinct(), counts.exact()};
    for (const auto& entry : counts.top(top))
        table.rows.push_back({std::string(entry.text), entry.count, entry.error});
    return table;
}

ReportDistribution distribution_of(std::string_view key, const LogHistogram& values) {
    return {.key = std::string(key),
            .count = values.count(),
            .least_above_0 = values.least_above_0(),
            .least = values.least(),
            .greatest = values.greatest(),
            .mean = values.mean(),
            .p50 = values.percentile(0.50),
            .p90 = values.percentile(0.90),
            .p95 = values.percentile(0.95),
            .p99 = values.percentile(0.99),
            .ranges = values.ranges()};
}

ReportDistribution latency_distribution_of(std::string_view key, const LogHistogram& values) {
    ReportDistribution distribution = distribution_of(key, values);
    distribution.zeros = values.zeros();
    // What is below the least that was told is a range of its own.
    if (distribution.zeros != 0 && distribution.ranges.size() > 1)
        distribution.ranges[1].from = std::max(distribution.ranges[1].from, distribution.least_above_0);
    return distribution;
}

std::vector<ReportDistribution> latency_of(const CaptureStatistics& statistics) {
    std::vector<ReportDistribution> distributions;
    if (statistics.latency().count() == 0) return distributions;
    distributions.push_back(latency_distribution_of("all", statistics.latency()));
    for (std::size_t i = 0; i < message_type_count; ++i) {
        const auto type = static_cast<MessageType>(i);
        if (statistics.latency(type).count() == 0) continue;
        const std::string_view name = type == MessageType::unknown ? "UNKNOWN" : message_type_name(type);
        distributions.push_back(latency_distribution_of(name, statistics.latency(type)));
    }
    return distributions;
}

double seconds_between(const Timestamp& from, const Timestamp& to) {
    return static_cast<double>(to.seconds - from.seconds) +
           (static_cast<double>(to.nanoseconds) - static_cast<double>(from.nanoseconds)) / 1e9;
}

// Which share of its first and last step a capture covers.
void measure_ends(TimelineSteps& steps, const Timestamp& first, const Timestamp& last) {
    const auto width = static_cast<double>(steps.width_ms);
    const auto into_first =
        static_cast<double>(static_cast<std::int64_t>(milliseconds_of(first)) - steps.begin_ms);
    const auto whole = static_cast<double>(steps.counts.size() - 1) * width;
    const auto into_last =
        static_cast<double>(static_cast<std::int64_t>(milliseconds_of(last)) - steps.begin_ms) - whole;
    steps.first_share = std::clamp(1 - into_first / width, 0.0, 1.0);
    steps.last_share = std::clamp(into_last / width, 0.0, 1.0);
}

}  // namespace

std::string value_words(const ReportDistribution& distribution, std::uint64_t value,
                        std::string (*words)(std::uint64_t)) {
    if (value != 0 || distribution.zeros == 0) return words(value);
    return distribution.least_above_0 == 0 ? "0" : "<" + words(distribution.least_above_0);
}

std::string zeros_words(const ReportDistribution& distribution) {
    if (distribution.zeros == 0) return {};
    return with_commas(distribution.zeros) + " of " + with_commas(distribution.count) + " (" +
           share_words(distribution.zeros, distribution.count) + ") below a step of the server's clock";
}

CaptureReport make_report(const CaptureStatistics& statistics, CaptureTotals totals, std::size_t top) {
    const CaptureTables& tables = statistics.tables();
    CaptureReport report;
    report.totals = std::move(totals);
    report.events = statistics.events();
    report.responses = statistics.responses();
    report.failures = statistics.failures();
    report.truncated = statistics.truncated();
    report.edns = statistics.edns();
    report.dnssec_ok = statistics.dnssec_ok();
    report.malformed = tables.malformed.total();
    report.without_time = statistics.without_time();
    report.first = statistics.first();
    report.last = statistics.last();
    if (report.first) report.seconds = seconds_between(*report.first, *report.last);
    if (report.seconds > 0)
        report.mean_rate = static_cast<double>(report.events - report.without_time) / report.seconds;
    report.peak_rate = statistics.timeline().peak_rate();
    report.tables = {
        table_of("types", "Message types", tables.types, top),
        table_of("rcodes", "Response codes", tables.rcodes, top),
        table_of("qtypes", "Types asked for", tables.qtypes, top),
        table_of("protocols", "Protocols", tables.protocols, top),
        table_of("domains", "Registered domains", tables.domains, top),
        table_of("names", "Names", tables.names, top),
        table_of("failing_names", "Names answered with an error", tables.failing_names, top),
        table_of("clients", "Clients", tables.clients, top),
        table_of("upstreams", "Servers asked upstream", tables.upstreams, top),
        table_of("servers", "DNS servers", tables.servers, top),
        table_of("malformed", "Malformed messages", tables.malformed, top),
    };
    report.latency = latency_of(statistics);
    report.sizes = {distribution_of("queries", statistics.query_sizes()),
                    distribution_of("responses", statistics.response_sizes())};
    report.timeline = statistics.timeline().steps(most_steps);
    if (report.first && !report.timeline.counts.empty())
        measure_ends(report.timeline, *report.first, *report.last);
    return report;
}

}  // namespace tapferry
