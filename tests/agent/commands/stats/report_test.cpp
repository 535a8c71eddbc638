#include "agent/commands/stats/report.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "agent/commands/stats/html_text.h"
#include "agent/commands/stats/report_words.h"
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

}  // namespace
}  // namespace tapferry
