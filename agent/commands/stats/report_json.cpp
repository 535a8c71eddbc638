#include "agent/commands/capture_file.h"
#include "agent/commands/json_text.h"
#include "agent/commands/stats/report.h"
#include "encoders/time_units.h"

namespace tapferry {

namespace {

void add_totals(JsonText& json, const CaptureReport& report) {
    json.open('[', "files");
    for (const auto& file : report.totals.files) json.printable("", file_words(file));
    json.close(']');
    json.add("frames", report.totals.frames).add("frame_bytes", report.totals.bytes);
    json.add("undecodable", report.totals.undecodable).add("oversize", report.totals.oversize);
    json.add("filtered", report.totals.filtered).add("events", report.events);
    json.add("responses", report.responses).add("failures", report.failures);
    json.add("truncated", report.truncated).add("unanswered", report.totals.unanswered);
    json.add("malformed", report.malformed).add("edns", report.edns);
    json.add("dnssec_ok", report.dnssec_ok).add("without_time", report.without_time);
    if (report.first) json.time("first", *report.first);
    if (report.last) json.time("last", *report.last);
    json.real("seconds", report.seconds).real("mean_rate", report.mean_rate);
    json.real("peak_rate", report.peak_rate);
}

void add(JsonText& json, const ReportTable& table) {
    json.open('{', table.key).add("events", table.total).add("distinct", table.distinct);
    json.add("exact", table.exact).open('[', "top");
    for (const auto& row : table.rows) {
        json.open('{').printable("value", row.text).add("events", row.count);
        if (row.error != 0) json.add("error", row.error);
        json.close('}');
    }
    json.close(']').close('}');
}

void add_shape(JsonText& json, const ReportDistribution& distribution) {
    json.add("min", distribution.least).add("p50", distribution.p50).add("p90", distribution.p90);
    json.add("p95", distribution.p95).add("p99", distribution.p99).add("max", distribution.greatest);
    json.real("mean", distribution.mean).open('[', "buckets");
    for (const auto& range : distribution.ranges)
        json.open('{').add("from", range.from).add("to", range.to).add("count", range.count).close('}');
    json.close(']');
}

void add(JsonText& json, std::string_view name, const std::vector<ReportDistribution>& distributions) {
    json.open('{', name);
    for (const auto& distribution : distributions) {
        json.open('{', distribution.key).add("count", distribution.count);
        if (distribution.count != 0 && name == "latency") json.add("zeros", distribution.zeros);
        if (distribution.count != 0) add_shape(json, distribution);
        json.close('}');
    }
    json.close('}');
}

void add(JsonText& json, const TimelineSteps& timeline) {
    json.open('{', "timeline").real("step_seconds", static_cast<double>(timeline.width_ms) / 1000);
    json.open('[', "steps");
    std::int64_t begin_ms = timeline.begin_ms;
    for (const TimelineCounts& counts : timeline.counts) {
        json.open('{').time("time", from_milliseconds(begin_ms));
        for (std::size_t i = 0; i < counts.size(); ++i)
            json.add(timeline_series_name(static_cast<TimelineSeries>(i)), counts[i]);
        json.close('}');
        begin_ms += timeline.width_ms;
    }
    json.close(']').close('}');
}

}  // namespace

std::string report_json(const CaptureReport& report) {
    JsonText json;
    json.open('{');
    add_totals(json, report);
    json.open('{', "tables");
    for (const auto& table : report.tables) add(json, table);
    json.close('}');
    add(json, "latency", report.latency);
    add(json, "sizes", report.sizes);
    add(json, report.timeline);
    return json.close('}').text();
}

}  // namespace tapferry
