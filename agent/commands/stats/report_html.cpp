#include <algorithm>
#include <span>

#include "agent/commands/capture_file.h"
#include "agent/commands/count_words.h"
#include "agent/commands/figure_words.h"
#include "agent/commands/stats/charts.h"
#include "agent/commands/stats/html_text.h"
#include "agent/commands/stats/page_style.h"
#include "agent/commands/stats/report.h"
#include "agent/version.h"
#include "encoders/event_roles.h"

namespace tapferry {

namespace {

using Words = std::string (*)(std::uint64_t);

class ReportPage {
  public:
    explicit ReportPage(const CaptureReport& report) : report_(report) {}

    std::string text() {
        head();
        page_.markup("<main>\n");
        tiles();
        timeline();
        page_.markup("<div class=\"columns\">\n");
        for (const auto& table : report_.tables)
            if (!table.rows.empty()) add(table);
        latency();
        for (const auto& sizes : report_.sizes) distribution("Size of " + sizes.key, sizes, size_words);
        page_.markup("</div>\n</main>\n");
        foot();
        return page_.take();
    }

  private:
    std::string title() const {
        const auto& files = report_.totals.files;
        std::string text = files.empty() ? "nothing" : file_words(files.front());
        if (const auto slash = text.rfind('/'); slash != std::string::npos) text = text.substr(slash + 1);
        if (files.size() > 1) text += " and " + std::to_string(files.size() - 1) + " more";
        return text;
    }

    void head() {
        page_.markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .markup("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src ")
            .markup("'unsafe-inline'; script-src '")
            .markup(page_script_hash())
            .markup("'; img-src data:\">\n")
            .markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .markup("<link rel=\"icon\" href=\"data:,\">\n<title>")
            .text("DNS in " + title())
            .markup("</title>\n<style>")
            .markup(page_style())
            .markup("</style>\n</head>\n<body>\n<header>\n<h1>")
            .text(title())
            .markup("</h1>\n<p class=\"sub\">")
            .text(times())
            .markup("</p>\n</header>\n");
    }
    std::string times() const {
        if (!report_.first) return "No event tells its time";
        const auto first = static_cast<std::int64_t>(milliseconds_of(*report_.first));
        const auto last = static_cast<std::int64_t>(milliseconds_of(*report_.last));
        std::string text = day_words(first) + ", " + clock_words(first, false) + " to ";
        if (day_words(last) != day_words(first)) text += day_words(last) + ", ";
        return text + clock_words(last, false) + " UTC (" + span_words(report_.seconds) + ")";
    }

    std::string latency_words(std::uint64_t value) const {
        return value_words(report_.latency.front(), value, duration_words);
    }
    void tile(std::string_view name, std::string_view value, std::string_view below) {
        page_.markup("<div><dt>").text(name).markup("</dt><dd>").text(value);
        page_.markup("<small>").text(below).markup("</small></dd></div>\n");
    }
    const ReportTable& table(std::string_view key) const {
        return *std::find_if(report_.tables.begin(), report_.tables.end(),
                             [&](const ReportTable& table) { return table.key == key; });
    }
    void tile_of(std::string_view key, std::string_view name) {
        const ReportTable& counted_ones = table(key);
        tile(name, (counted_ones.exact ? "" : "over ") + with_commas(counted_ones.distinct),
             "in " + counted(counted_ones.total, "event"));
    }
    void tiles() {
        page_.markup("<dl class=\"tiles\">\n");
        tile("Events", with_commas(report_.events), size_words(report_.totals.bytes) + " of dnstap");
        if (report_.mean_rate > 0)
            tile("Events a second", rate_words(report_.mean_rate),
                 report_.has_busiest_second() ? rate_words(report_.peak_rate) + " at most" : "");
        tile("Errors", share_words(report_.failures, report_.responses),
             with_commas(report_.failures) + " of " + with_commas(report_.responses));
        tile_of("names", "Names");
        if (table("clients").total != 0) tile_of("clients", "Clients");
        if (!report_.latency.empty())
            tile("Median latency", mark_words(latency_words(report_.latency.front().p50)),
                 "99 %: " + latency_words(report_.latency.front().p99));
        tile("Unanswered", with_commas(report_.totals.unanswered), "within 5 seconds");
        tile("Malformed", with_commas(report_.malformed),
             report_.totals.undecodable == 0 ? "of " + counted(report_.events, "event")
                                             : counted(report_.totals.undecodable, "frame") + " no dnstap");
        page_.markup("</dl>\n");
    }

    void open(std::string_view heading, std::string_view beside) {
        page_.markup("<section><h2>").text(heading);
        page_.markup(" <small>").text(beside).markup("</small></h2>\n");
    }

    void timeline() {
        if (report_.timeline.counts.empty()) return;
        std::string beside =
            "in steps of " + span_words(static_cast<double>(report_.timeline.width_ms) / 1000);
        if (const std::string part = part_words(report_.timeline); !part.empty()) beside += "; " + part;
        open("Events a second", beside);
        page_.markup("<div class=\"scroll\">");
        draw_timeline(page_, report_.timeline);
        page_.markup("</div>");
        draw_timeline_legend(page_, report_.timeline);
        page_.markup("</section>\n");
    }

    void add(const ReportTable& table) {
        std::string beside;
        if (table.distinct > table.rows.size())
            beside = "the first " + std::to_string(table.rows.size()) + " of " +
                     (table.exact ? "" : "at least ") + with_commas(table.distinct);
        open(table.title, beside);
        page_.markup("<table class=\"bars\">\n");
        for (const auto& row : table.rows) {
            const double share =
                100 * static_cast<double>(row.count) / static_cast<double>(table.rows.front().count);
            const std::string share_of_all = share_words(row.count, table.total);
            page_.markup("<tr data-tip=\"")
                .text(row.text + "\n" + counted(row.count, "event") + ", " + share_of_all);
            page_.markup("\"><th scope=\"row\"><i style=\"width:").coordinate(share).markup("%\"></i><span>");
            page_.text(row.text).markup("</span></th><td class=\"n\">").figure(row.count);
            page_.markup("</td><td class=\"p\">").text(share_of_all).markup("</td></tr>\n");
        }
        page_.markup("</table>\n");
        if (!table.exact)
            page_.markup(
                "<p class=\"note\">There were more than memory is kept for: the rarest ones are left out, "
                "and counts may be a little too high.</p>\n");
        page_.markup("</section>\n");
    }

    void distribution(std::string_view heading, const ReportDistribution& values, Words words) {
        if (values.count == 0) return;
        open(heading, "logarithmic, " + with_commas(values.count) + " values");
        draw_distribution(page_, values, heading, words);
        figures({&values, 1}, words);
        page_.markup("</section>\n");
    }

    void latency() {
        if (report_.latency.empty()) {
            open("Latency", "");
            page_.markup(
                "<p class=\"none\">No query and its response tell two times that "
                "response.</p></section>\n");
            return;
        }
        std::string beside = zeros_words(report_.latency.front());
        if (beside.empty()) beside = with_commas(report_.latency.front().count) + " values";
        open("Latency", "logarithmic, " + beside);
        draw_distribution(page_, report_.latency.front(), "Latency", duration_words);
        // With one type alone that is the same as all.
        const std::span<const ReportDistribution> all(report_.latency);
        figures(all.size() == 2 ? all.last(1) : all, duration_words);
        page_.markup("</section>\n");
    }

    void figures(std::span<const ReportDistribution> distributions, Words words) {
        page_.markup("<div class=\"scroll\"><table class=\"plain\"><thead><tr><th></th>");
        for (const auto column : {"median", "90 %", "95 %", "99 %", "greatest"})
            page_.markup("<th scope=\"col\">").markup(column).markup("</th>");
        page_.markup("</tr></thead>\n");
        for (const auto& values : distributions) {
            page_.markup("<tr><th scope=\"row\">").text(values.key).markup("</th>");
            for (const auto value : {values.p50, values.p90, values.p95, values.p99, values.greatest})
                page_.markup("<td>").text(value_words(values, value, words)).markup("</td>");
            page_.markup("</tr>\n");
        }
        page_.markup("</table></div>\n");
    }

    void foot() {
        page_
            .markup(
                "<footer>Counted are events: a query and its response are two. Times are UTC. Made by "
                "Tapferry ")
            .text(version)
            .markup(" of ");
        std::string_view before;
        for (const auto& file : report_.totals.files) {
            page_.text(before).text(file_words(file));
            before = ", ";
        }
        page_.markup(".</footer>\n<div id=\"tip\" hidden></div>\n<script>")
            .markup(page_script())
            .markup("</script>\n</body>\n</html>\n");
    }

    const CaptureReport& report_;
    HtmlText page_;
};

}  // namespace

std::string report_html(const CaptureReport& report) {
    return ReportPage(report).text();
}

}  // namespace tapferry
