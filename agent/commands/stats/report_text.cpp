#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "agent/commands/capture_file.h"
#include "agent/commands/count_words.h"
#include "agent/commands/figure_words.h"
#include "agent/commands/stats/report.h"
#include "agent/commands/text_table.h"
#include "encoders/event_roles.h"

namespace tapferry {

namespace {

constexpr std::size_t narrowest = 60;
constexpr std::size_t widest = 120;
constexpr std::size_t indent = 2;
constexpr std::size_t chart_rows = 6;

class ReportText {
  public:
    ReportText(const CaptureReport& report, const TerminalLooks& looks)
        : report_(report), looks_(looks), width_(std::clamp(looks.width, narrowest, widest)) {}

    std::string text() {
        totals();
        if (!report_.timeline.counts.empty()) timeline();
        for (const auto& table : report_.tables)
            if (!table.rows.empty()) add(table);
        if (!report_.latency.empty()) {
            distributions("Latency", report_.latency, duration_words);
            histogram(report_.latency.front(), duration_words);
        }
        distributions("Sizes of messages", report_.sizes, size_words);
        return std::move(out_);
    }

  private:
    void paint(std::string_view code, std::string_view text) {
        if (looks_.colour) out_.append("\033[").append(code).append("m");
        out_.append(text);
        if (looks_.colour) out_.append("\033[0m");
    }
    void heading(std::string_view title, std::string_view beside = {}) {
        out_ += '\n';
        paint("1", title);
        if (!beside.empty()) {
            out_.append("  ");
            paint("2", beside);
        }
        out_ += '\n';
    }
    void line(std::string_view name, const std::string& words) {
        out_.append(indent, ' ').append(padded_right(std::string(name), 12)).append(words).append("\n");
    }

    void totals() {
        const CaptureTotals& totals = report_.totals;
        std::string files;
        for (const auto& file : totals.files)
            files.append(files.empty() ? "" : ", ").append(file_words(file));
        paint("1", files);
        out_ += '\n';
        line("Events", with_commas(report_.events) + " in " + counted(totals.frames, "frame") + " (" +
                           size_words(totals.bytes) + ")");
        if (report_.first) line("Time", times());
        if (report_.mean_rate > 0)
            line("Rate", rate_words(report_.mean_rate) + " a second" +
                             (report_.has_busiest_second()
                                  ? ", " + rate_words(report_.peak_rate) + " in the busiest one"
                                  : ""));
        if (report_.responses != 0)
            line("Responses", with_commas(report_.responses) + ", " + with_commas(report_.failures) + " (" +
                                  share_words(report_.failures, report_.responses) + ") with an error, " +
                                  with_commas(report_.truncated) + " truncated");
        line("EDNS", with_commas(report_.edns) + ", " + with_commas(report_.dnssec_ok) + " with DNSSEC OK");
        told("Unanswered", totals.unanswered, "query", "queries");
        told("Malformed", report_.malformed, "message that does not parse", "messages that do not parse");
        told("No time", report_.without_time, "event", "events");
        told("Not wanted", totals.filtered, "event", "events");
        told("No dnstap", totals.undecodable, "frame passed over", "frames passed over");
        told("Too large", totals.oversize, "frame passed over", "frames passed over");
    }
    void told(std::string_view name, std::uint64_t count, std::string_view one, std::string_view many) {
        if (count != 0) line(name, with_commas(count).append(" ").append(count == 1 ? one : many));
    }
    std::string times() const {
        const auto first = static_cast<std::int64_t>(milliseconds_of(*report_.first));
        const auto last = static_cast<std::int64_t>(milliseconds_of(*report_.last));
        std::string text = day_words(first) + " " + clock_words(first, true) + " to ";
        if (day_words(last) != day_words(first)) text += day_words(last) + " ";
        return text + clock_words(last, true) + " UTC (" + span_words(report_.seconds) + ")";
    }

    // A bar of `part` in `whole`, in as many columns as `room` at most, and blanks up to there.
    void bar(std::uint64_t part, std::uint64_t whole, std::size_t room) {
        const double columns =
            whole == 0 ? 0
                       : static_cast<double>(part) / static_cast<double>(whole) * static_cast<double>(room);
        std::string text;
        std::size_t used = 0;
        if (looks_.unicode) {
            static constexpr std::array<std::string_view, 8> eighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
            auto count = static_cast<std::size_t>(std::lround(columns * 8));
            if (part != 0) count = std::max<std::size_t>(count, 1);
            for (; used < count / 8; ++used) text += "█";
            if (count % 8 != 0) {
                text += eighths[count % 8];
                ++used;
            }
        } else {
            used = static_cast<std::size_t>(std::lround(columns));
            if (part != 0) used = std::max<std::size_t>(used, 1);
            text.assign(used, '#');
        }
        paint("36", text);
        out_.append(room - std::min(used, room), ' ');
    }

    // What does not fit is cut, and says so.
    std::string label(const std::string& text, std::size_t width) const {
        if (text.size() <= width) return padded_right(text, width);
        return text.substr(0, width - 3) + "...";
    }

    void add(const ReportTable& table) {
        std::string beside;
        if (table.distinct > table.rows.size())
            beside = "the first " + std::to_string(table.rows.size()) + " of " +
                     (table.exact ? "" : "at least ") + with_commas(table.distinct);
        if (!table.exact) beside += "; counts are approximate";
        heading(table.title, beside);
        std::size_t longest = 0;
        std::size_t digits = 0;
        for (const auto& row : table.rows) {
            longest = std::max(longest, row.text.size());
            digits = std::max(digits, with_commas(row.count).size());
        }
        const std::size_t name_width = std::min(longest, width_ / 2 - indent);
        const std::size_t room = width_ - indent - name_width - digits - 12;
        for (const auto& row : table.rows) {
            out_.append(indent, ' ').append(label(row.text, name_width)).append("  ");
            bar(row.count, table.rows.front().count, room);
            out_.append("  ").append(padded_left(with_commas(row.count), digits));
            out_.append(padded_left(share_words(row.count, table.total), 8)).append("\n");
        }
    }

    void timeline() {
        const TimelineSteps& steps = report_.timeline;
        std::uint64_t most = 0;
        for (const auto& counts : steps.counts) most = std::max(most, sum(counts));
        const double seconds = static_cast<double>(steps.width_ms) / 1000;
        const std::string top = rate_words(static_cast<double>(most) / seconds);
        const std::size_t scale = std::max<std::size_t>(top.size(), 1);
        const std::size_t columns = std::min(width_ - indent - scale - 2, steps.counts.size());
        const std::vector<std::uint64_t> heights = squeezed(columns);
        most = *std::max_element(heights.begin(), heights.end());
        heading("Events a second", part_words(steps));
        const double merged = static_cast<double>(steps.counts.size()) / static_cast<double>(columns);
        for (std::size_t row = chart_rows; row-- > 0;) {
            std::string mark;
            if (row == chart_rows - 1)
                mark = rate_words(static_cast<double>(most) / (seconds * std::ceil(merged)));
            out_.append(indent, ' ').append(padded_left(row == 0 ? "0" : mark, scale));
            out_.append(looks_.unicode ? " ▕" : " |");
            std::string cells;
            for (const std::uint64_t height : heights) cells += cell(height, most, row);
            paint("36", cells);
            out_ += '\n';
        }
        const std::int64_t end =
            steps.begin_ms + static_cast<std::int64_t>(steps.counts.size()) * steps.width_ms;
        const bool several_days = day_words(steps.begin_ms) != day_words(end);
        const auto when = [&](std::int64_t ms) {
            return (several_days ? day_words(ms) + " " : "") + clock_words(ms, steps.width_ms < 1000);
        };
        const std::string from = when(steps.begin_ms);
        const std::string to = when(end);
        out_.append(indent + scale + 2, ' ').append(from);
        if (columns > from.size() + to.size()) out_.append(columns - from.size() - to.size(), ' ').append(to);
        out_ += '\n';
    }
    // The steps in so many columns: each the sum of equally many of them.
    std::vector<std::uint64_t> squeezed(std::size_t columns) const {
        const auto& counts = report_.timeline.counts;
        const std::size_t each = (counts.size() + columns - 1) / columns;
        std::vector<std::uint64_t> heights((counts.size() + each - 1) / each);
        for (std::size_t i = 0; i < counts.size(); ++i) heights[i / each] += sum(counts[i]);
        return heights;
    }
    std::string_view cell(std::uint64_t height, std::uint64_t most, std::size_t row) const {
        static constexpr std::array<std::string_view, 9> eighths{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
        const double rows = static_cast<double>(height) / static_cast<double>(most) * chart_rows;
        const double here = std::clamp(rows - static_cast<double>(row), 0.0, 1.0);
        auto eighth = static_cast<std::size_t>(std::lround(here * 8));
        if (row == 0 && height != 0) eighth = std::max<std::size_t>(eighth, 1);
        if (!looks_.unicode) return eighth >= 4 || (row == 0 && height != 0) ? "#" : " ";
        return eighths[eighth];
    }

    using Words = std::string (*)(std::uint64_t);

    void distributions(std::string_view title, const std::vector<ReportDistribution>& distributions,
                       Words words) {
        heading(title, distributions.empty() ? "" : zeros_words(distributions.front()));
        out_.append(indent, ' ').append(padded_right("", 20));
        for (const auto column : {"count", "median", "90 %", "95 %", "99 %", "greatest"})
            paint("2", padded_left(column, column == std::string_view("count") ? 12 : 10));
        out_ += '\n';
        for (const auto& distribution : distributions) {
            out_.append(indent, ' ').append(padded_right(distribution.key, 20));
            out_.append(padded_left(with_commas(distribution.count), 12));
            for (const auto value : {distribution.p50, distribution.p90, distribution.p95, distribution.p99,
                                     distribution.greatest})
                out_.append(
                    padded_left(distribution.count == 0 ? "-" : value_words(distribution, value, words), 10));
            out_ += '\n';
        }
    }

    void histogram(const ReportDistribution& distribution, Words words) {
        std::uint64_t most = 0;
        for (const auto& range : distribution.ranges) most = std::max(most, range.count);
        const std::size_t digits = with_commas(most).size();
        out_ += '\n';
        bool left_out = false;  // nothing for long is one line
        for (std::size_t i = 0; i < distribution.ranges.size(); ++i) {
            const auto& range = distribution.ranges[i];
            const bool among_empty = range.count == 0 && i != 0 && distribution.ranges[i - 1].count == 0 &&
                                     distribution.ranges[i + 1].count == 0;
            if (among_empty && !std::exchange(left_out, true)) out_.append(indent, ' ').append("     ...\n");
            if (among_empty) continue;
            left_out = false;
            out_.append(indent, ' ')
                .append(padded_left(mark_words(value_words(distribution, range.from, words)), 8))
                .append("  ");
            bar(range.count, most, width_ - indent - 14 - digits);
            out_.append("  ").append(padded_left(with_commas(range.count), digits)).append("\n");
        }
    }

    const CaptureReport& report_;
    const TerminalLooks looks_;
    const std::size_t width_;
    std::string out_;
};

}  // namespace

std::string report_text(const CaptureReport& report, const TerminalLooks& looks) {
    return ReportText(report, looks).text();
}

}  // namespace tapferry
