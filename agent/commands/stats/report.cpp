#include "agent/commands/stats/report.h"

#include <algorithm>

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
    return {std::string(key),        values.count(),          values.least(),
            values.greatest(),       values.mean(),           values.percentile(0.50),
            values.percentile(0.90), values.percentile(0.95), values.percentile(0.99),
            values.ranges()};
}

std::vector<ReportDistribution> latency_of(const CaptureStatistics& statistics) {
    std::vector<ReportDistribution> distributions;
    if (statistics.latency().count() == 0) return distributions;
    distributions.push_back(distribution_of("all", statistics.latency()));
    for (std::size_t i = 0; i < message_type_count; ++i) {
        const auto type = static_cast<MessageType>(i);
        if (statistics.latency(type).count() == 0) continue;
        const std::string_view name = type == MessageType::unknown ? "UNKNOWN" : message_type_name(type);
        distributions.push_back(distribution_of(name, statistics.latency(type)));
    }
    return distributions;
}

double seconds_between(const Timestamp& from, const Timestamp& to) {
    return static_cast<double>(to.seconds - from.seconds) +
           (static_cast<double>(to.nanoseconds) - static_cast<double>(from.nanoseconds)) / 1e9;
}

}  // namespace

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
    report.peak_rate = std::max(statistics.timeline().peak_rate(), report.mean_rate);
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
    return report;
}

}  // namespace tapferry
