#include "agent/commands/stats/report.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "agent/commands/figure_words.h"
#include "agent/commands/stats/html_text.h"
#include "proto/decoder.h"
#include "tests/support/frame_streams_file.h"

namespace tapferry {
namespace {

using namespace test;

CaptureReport report_of(std::string_view capture, std::size_t top = 10) {
    CaptureStatistics statistics;
    CaptureTotals totals;
    totals.files = {"a <b>&\x1b[1m.fstrm"};
    Decoder decoder;
    Event event;
    for (const auto& frame : read_capture(capture)) {
        ++totals.frames;
        if (decoder.decode(frame, {{0, totals.frames}, {1'900'000'000, 0}, ""}, event) ==
            DecodeStatus::decoded)
            statistics.add(event);
    }
    return make_report(statistics, totals, top);
}

bool is_printable_lines(const std::string& text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c == '\n' || (c >= 0x20 && c <= 0x7E); });
}

TEST_CASE("every event is in the tables, the timeline and the sizes") {
    const auto report = report_of("bind-auth");
    CHECK(report.events == report.totals.frames);
    std::uint64_t steps = 0;
    for (const auto& counts : report.timeline.counts) steps += sum(counts);
    CHECK(steps + report.without_time == report.events);
    for (const auto& table : report.tables) {
        CAPTURE(table.key);
        CHECK(table.total <= report.events);
        CHECK(table.rows.size() <= 10);
        CHECK(table.distinct >= table.rows.size());
    }
    CHECK(report.tables.front().total == report.events);
}

TEST_CASE(
    "without colour and block characters the terminal's tables are printable ASCII as wide as asked for") {
    for (const std::size_t width : {60U, 80U, 120U}) {
        CAPTURE(width);
        const std::string text = report_text(report_of("pdns"), {.width = width});
        CHECK(is_printable_lines(text));
        std::size_t longest = 0;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = text.find('\n', at);
            longest = std::max(longest, end - at);
            at = end + 1;
        }
        CHECK(longest <= std::max<std::size_t>(width, 86));
    }
}

TEST_CASE("an empty capture has a report too") {
    const auto report = make_report(CaptureStatistics{}, {}, 10);
    CHECK(is_printable_lines(report_text(report, {})));
    CHECK(report_json(report).ends_with("}\n"));
    CHECK(report_html(report).ends_with("</html>\n"));
}

TEST_CASE("a step of the timeline before 1970 is told as the time that it is") {
    CaptureReport report;
    report.timeline = {.begin_ms = -1'500, .width_ms = 1'000, .counts = {TimelineCounts{}}};
    CHECK(report_json(report).find("\"time\":\"1969-12-31T23:59:58.500000000Z\"") != std::string::npos);
}

TEST_CASE("nothing from a capture or a file's name becomes markup of the page") {
    const std::string page = report_html(report_of("kdig"));
    CHECK(page.find("a <b>") == std::string::npos);
    CHECK(page.find("a &lt;b&gt;&amp;\\027[1m.fstrm") != std::string::npos);
    CHECK(HtmlText().text("<\"'&>\x01\x7f\xff").take() == "&lt;&quot;&#39;&amp;&gt;\\001\\127\\255");
}

TEST_CASE("figures are said as people say them") {
    CHECK(duration_words(999) == "999 ns");
    CHECK(duration_words(1000) == "1.00 us");
    CHECK(duration_words(999'600) == "1.00 ms");
    CHECK(duration_words(1'234'000) == "1.23 ms");
    CHECK(duration_words(75'000'000'000) == "75.0 s");
    CHECK(size_words(9'635'234) == "9.64 MB");
    CHECK(rate_words(1468) == "1,468");
    CHECK(rate_words(0.25) == "0.25");
    CHECK(span_words(103.4) == "1 min 43 s");
    CHECK(span_words(7200) == "2 h");
    CHECK(span_words(200'000) == "2 d 7 h");
    CHECK(mark_words("10.0 ms") == "10 ms");
    CHECK(mark_words("1.50 s") == "1.5 s");
    CHECK(mark_words("100 ms") == "100 ms");
    CHECK(share_words(1, 8) == "12.5 %");
    CHECK(share_words(0, 0) == "-");
    CHECK(clock_words(-1, true) == "23:59:59.999");
}

TEST_CASE("latencies below a step of the server's clock are part of the percentiles, with their share") {
    const auto report = report_of("bind-mix-head");
    const auto& all = report.latency.front();
    CHECK(all.zeros > all.count / 2);
    CHECK(all.p50 == 0);
    CHECK(value_words(all, all.p50, duration_words) == "<" + duration_words(all.least_above_0));
    CHECK(report_text(report, {}).find(zeros_words(all)) != std::string::npos);
    CHECK(report_html(report).find("below a step of the server&#39;s clock") != std::string::npos);
    CHECK(report_json(report).find("\"zeros\":" + std::to_string(all.zeros)) != std::string::npos);
    ReportDistribution none;
    none.zeros = none.count = 2;
    CHECK(value_words(none, 0, duration_words) == "0");
    CHECK(zeros_words(none) == "2 of 2 (100.0 %) below a step of the server's clock");
    CHECK(zeros_words(report.sizes.front()).empty());
    CHECK(value_words(ReportDistribution{}, 0, duration_words) == duration_words(0));
}

TEST_CASE("a step of the timeline that the capture covers in part only is marked and told") {
    auto report = report_of("bind-mix-head");
    report.timeline.first_share = report.timeline.last_share = 1;
    CHECK(report_html(report).find("class=\"part\"") == std::string::npos);
    CHECK(part_words(report.timeline).empty());
    report.timeline.last_share = 0.3;
    CHECK(report_html(report).find("class=\"part\"") != std::string::npos);
    CHECK(report_text(report, {}).find("the last step is not whole") != std::string::npos);
    report.timeline.first_share = 0.3;
    CHECK(part_words(report.timeline) == "the first and the last step are not whole");
}

TEST_CASE("the terminal's timeline tells the days at its ends when there are several") {
    auto report = report_of("bind-mix-head");
    TimelineSteps& steps = report.timeline;
    steps.begin_ms = 1'000'000'000'000;  // 2001-09-09 01:46:40
    steps.width_ms = 60'000;
    steps.counts.assign(50, TimelineCounts{1});
    const auto ends = [&] {
        const std::string text = report_text(report, {});
        const auto begin = text.find("01:46:40");
        return begin == std::string::npos ? "" : text.substr(begin, text.find('\n', begin) - begin);
    };
    CHECK(ends().find("2001") == std::string::npos);
    CHECK(ends().ends_with(" 02:36:40"));
    steps.width_ms = 3'600'000;
    CHECK(report_text(report, {}).find(" 2001-09-09 01:46:40 ") != std::string::npos);
    CHECK(ends().ends_with(" 2001-09-11 03:46:40"));
}

TEST_CASE("the share of a step that a capture covers is that of its first and last event") {
    CaptureStatistics statistics;
    Event event;
    event.time_source = TimeSource::server;
    event.type = MessageType::client_response;
    for (const std::uint32_t hundredths : {34U, 140U, 225U}) {
        event.time = {1'795'209'600 + hundredths / 100, hundredths % 100 * 10'000'000};
        statistics.add(event);
    }
    TimelineSteps steps = make_report(statistics, {}, 10).timeline;
    REQUIRE(steps.width_ms == 100);
    CHECK(steps.first_share == doctest::Approx(0.6));
    CHECK(steps.last_share == doctest::Approx(0.5));
}

// What stands between `before` and `after`, each time.
std::vector<std::string> all_between(const std::string& text, std::string_view before,
                                     std::string_view after) {
    std::vector<std::string> found;
    for (std::size_t at = text.find(before); at != std::string::npos; at = text.find(before, at)) {
        at += before.size();
        found.push_back(text.substr(at, text.find(after, at) - at));
    }
    return found;
}

TEST_CASE("the marks of a small plot are whole numbers, each once, and no label ends behind the drawing") {
    CaptureStatistics statistics;
    const auto frames = read_capture("bind-mix-head");
    Decoder decoder;
    Event event;
    for (std::size_t i = 0; i < 3; ++i) {
        REQUIRE(decoder.decode(frames[i], {{0, i}, {1'900'000'000, 0}, ""}, event) == DecodeStatus::decoded);
        statistics.add(event);
    }
    const std::string page = report_html(make_report(statistics, {}, 10));
    for (const std::string& drawing : all_between(page, "<svg viewBox=\"0 0 540", "</svg>")) {
        auto marks = all_between(drawing, "class=\"y\" x=\"48", "</text>");  // left of the axis
        for (auto& mark : marks) mark = mark.substr(mark.find('>') + 1);
        const std::size_t all = marks.size();
        REQUIRE(all > 1);
        marks.erase(std::unique(marks.begin(), marks.end()), marks.end());
        CHECK(marks.size() == all);
        for (const std::string name : {"median", "95 %", "99 %"}) {
            const auto at = drawing.find(">" + name + "</text>");
            REQUIRE(at != std::string::npos);
            const auto x = drawing.rfind("x=\"", at) + 3;
            CHECK(std::stod(drawing.substr(x)) + 7.0 * static_cast<double>(name.size()) <= 540);
        }
    }
}

}  // namespace
}  // namespace tapferry
