#include "agent/commands/capture_file.h"
#include "agent/commands/stats/report.h"
#include "encoders/escape.h"
#include "encoders/event_facts.h"
#include "encoders/time_units.h"
#include "proto/dns_text.h"

namespace tapferry {

namespace {

class ReportJson {
  public:
    explicit ReportJson(const CaptureReport& report) : report_(report) {}

    std::string text() {
        out_.append('{');
        totals();
        separate("tables");
        out_.append('{');
        for (const auto& table : report_.tables) add(table);
        out_.append('}');
        distributions("latency", report_.latency);
        distributions("sizes", report_.sizes);
        timeline();
        out_.append("}\n");
        return std::string(out_.view());
    }

  private:
    // A comma, where one is needed, and the member's name.
    void separate(std::string_view name) {
        comma();
        out_.append('"', name, "\":");
    }
    void comma() {
        const char last = out_.view().back();
        if (last != '{' && last != '[') out_.append(',');
    }
    // Of printable ASCII.
    void string(std::string_view text) {
        out_.append('"');
        const std::size_t from = out_.size();
        out_.append(text);
        escape_json(out_, from);
        out_.append('"');
    }
    void number(std::string_view name, std::uint64_t value) {
        separate(name);
        append_decimal(out_, value);
    }
    // With six digits behind the point.
    void real(double value) { append_fraction(out_, static_cast<std::uint64_t>(value * 1e6 + 0.5), 6, 6); }
    void real(std::string_view name, double value) {
        separate(name);
        real(value);
    }
    void time(std::string_view name, const std::optional<Timestamp>& time) {
        if (!time) return;
        separate(name);
        out_.append('"');
        append_rfc3339(out_, *time, 9);
        out_.append('"');
    }

    void totals() {
        separate("files");
        out_.append('[');
        for (const auto& file : report_.totals.files) {
            comma();
            string(file_words(file));
        }
        out_.append(']');
        number("frames", report_.totals.frames);
        number("frame_bytes", report_.totals.bytes);
        number("undecodable", report_.totals.undecodable);
        number("oversize", report_.totals.oversize);
        number("filtered", report_.totals.filtered);
        number("events", report_.events);
        number("responses", report_.responses);
        number("failures", report_.failures);
        number("truncated", report_.truncated);
        number("unanswered", report_.totals.unanswered);
        number("malformed", report_.malformed);
        number("edns", report_.edns);
        number("dnssec_ok", report_.dnssec_ok);
        number("without_time", report_.without_time);
        time("first", report_.first);
        time("last", report_.last);
        real("seconds", report_.seconds);
        real("mean_rate", report_.mean_rate);
        real("peak_rate", report_.peak_rate);
    }

    void add(const ReportTable& table) {
        separate(table.key);
        out_.append('{');
        number("events", table.total);
        number("distinct", table.distinct);
        separate("exact");
        out_.append(std::string_view(table.exact ? "true" : "false"));
        separate("top");
        out_.append('[');
        for (const auto& row : table.rows) {
            comma();
            out_.append('{');
            separate("value");
            string(row.text);
            number("events", row.count);
            if (row.error != 0) number("error", row.error);
            out_.append('}');
        }
        out_.append("]}");
    }

    void distributions(std::string_view name, const std::vector<ReportDistribution>& distributions) {
        separate(name);
        out_.append('{');
        for (const auto& distribution : distributions) {
            separate(distribution.key);
            out_.append('{');
            number("count", distribution.count);
            if (distribution.count != 0) shape(distribution, name == "latency");
            out_.append('}');
        }
        out_.append('}');
    }
    void shape(const ReportDistribution& distribution, bool is_latency) {
        if (is_latency) number("zeros", distribution.zeros);
        number("min", distribution.least);
        number("p50", distribution.p50);
        number("p90", distribution.p90);
        number("p95", distribution.p95);
        number("p99", distribution.p99);
        number("max", distribution.greatest);
        real("mean", distribution.mean);
        separate("buckets");
        out_.append('[');
        for (const auto& range : distribution.ranges) {
            comma();
            out_.append('{');
            number("from", range.from);
            number("to", range.to);
            number("count", range.count);
            out_.append('}');
        }
        out_.append(']');
    }

    void timeline() {
        separate("timeline");
        out_.append('{');
        real("step_seconds", static_cast<double>(report_.timeline.width_ms) / 1000);
        separate("steps");
        out_.append('[');
        for (std::size_t i = 0; i < report_.timeline.counts.size(); ++i) step(i);
        out_.append("]}");
    }
    void step(std::size_t index) {
        const auto ms =
            report_.timeline.begin_ms + static_cast<std::int64_t>(index) * report_.timeline.width_ms;
        comma();
        out_.append('{');
        time("time", from_milliseconds(ms));
        const TimelineCounts& counts = report_.timeline.counts[index];
        for (std::size_t i = 0; i < counts.size(); ++i)
            number(timeline_series_name(static_cast<TimelineSeries>(i)), counts[i]);
        out_.append('}');
    }

    const CaptureReport& report_;
    TextBuffer out_;
};

}  // namespace

std::string report_json(const CaptureReport& report) {
    return ReportJson(report).text();
}

}  // namespace tapferry
