#include "agent/commands/stats/charts.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "agent/commands/count_words.h"
#include "agent/commands/figure_words.h"

namespace tapferry {

namespace {

// In the units of the drawing, which the page scales.
struct Frame2D {
    double width, height;
    double left, right, top, bottom;  // margins
    [[nodiscard]] double inner_width() const { return width - left - right; }
    [[nodiscard]] double inner_height() const { return height - top - bottom; }
    [[nodiscard]] double base() const { return height - bottom; }
};

void open_drawing(HtmlText& page, const Frame2D& frame, std::string_view label) {
    page.markup("<svg viewBox=\"0 0 ").coordinate(frame.width).markup(" ").coordinate(frame.height);
    page.markup("\" role=\"img\" aria-label=\"").text(label).markup("\">");
}

void line(HtmlText& page, std::string_view kind, double x1, double y1, double x2, double y2) {
    page.markup("<line class=\"")
        .markup(kind)
        .markup("\" x1=\"")
        .coordinate(x1)
        .markup("\" y1=\"")
        .coordinate(y1);
    page.markup("\" x2=\"").coordinate(x2).markup("\" y2=\"").coordinate(y2).markup("\"/>");
}

void label(HtmlText& page, std::string_view kind, double x, double y, std::string_view words) {
    page.markup("<text class=\"")
        .markup(kind)
        .markup("\" x=\"")
        .coordinate(x)
        .markup("\" y=\"")
        .coordinate(y);
    page.markup("\">").text(words).markup("</text>");
}

// Of words in the drawings' letters, and rather more than less.
double text_width(std::string_view words) {
    constexpr double letter = 7;
    return letter * static_cast<double>(words.size());
}

void rectangle(HtmlText& page, std::string_view kind, double x, double y, double width, double height,
               std::string_view tip) {
    page.markup("<rect class=\"")
        .markup(kind)
        .markup("\" x=\"")
        .coordinate(x)
        .markup("\" y=\"")
        .coordinate(y);
    page.markup("\" width=\"").coordinate(width).markup("\" height=\"").coordinate(height).markup("\"");
    if (!tip.empty()) page.markup(" data-tip=\"").text(tip).markup("\"");
    page.markup("/>");
}

// Below the axis; moved to the left where it would end behind the drawing. Returns where it begins.
double label_below(HtmlText& page, const Frame2D& frame, double x, std::string_view words) {
    const double width = text_width(words);
    const double y = frame.base() + 20;
    const bool fits = x + width / 2 <= frame.width;
    label(page, fits ? "x" : "y", fits ? x : frame.width, y, words);
    return fits ? x - width / 2 : frame.width - width;
}

// Lines across, each `step` higher than the one before it, with their values to the left.
void draw_scale(HtmlText& page, const Frame2D& frame, double end, double step, std::string (*words)(double)) {
    for (double at = 0; at <= end * 1.0001; at += step) {
        const double y = frame.base() - at / end * frame.inner_height();
        line(page, at == 0 ? "axis" : "grid", frame.left, y, frame.width - frame.right, y);
        label(page, "y", frame.left - 8, y + 4, at == 0 ? "0" : words(at));
    }
}

// From below to above.
constexpr std::array stacked{TimelineSeries::none,     TimelineSeries::noerror, TimelineSeries::nxdomain,
                             TimelineSeries::servfail, TimelineSeries::refused, TimelineSeries::other};

std::string class_of(TimelineSeries series) {
    return "s" + std::to_string(static_cast<unsigned>(series));
}

std::string when(std::int64_t ms, std::int64_t width_ms, bool several_days) {
    std::string text = several_days ? day_words(ms) + " " : "";
    return text + clock_words(ms, width_ms < 1000);
}

class TimelineDrawing {
  public:
    TimelineDrawing(HtmlText& page, const TimelineSteps& steps) : page_(page), steps_(steps) {
        std::uint64_t most = 0;
        for (const auto& counts : steps_.counts) most = std::max(most, sum(counts));
        const double busiest = a_second(most);
        step_ = axis_step(busiest, 5);
        end_ = std::ceil(busiest / step_) * step_;
        several_days_ = day_words(steps_.begin_ms) != day_words(end_ms());
    }

    void draw() {
        open_drawing(page_, frame_, "Events a second over time, by response code");
        draw_scale(page_, frame_, end_, step_, rate_words);
        std::vector<std::uint64_t> below(steps_.counts.size());
        for (const auto series : stacked) layer(series, below);
        times();
        for (std::size_t i = 0; i < steps_.counts.size(); ++i)
            if (steps_.is_part(i))
                rectangle(page_, "part", x(i), frame_.top, x(i + 1) - x(i), frame_.inner_height(), "");
        for (std::size_t i = 0; i < steps_.counts.size(); ++i)
            rectangle(page_, "hit", x(i), frame_.top, x(i + 1) - x(i), frame_.inner_height(), tip(i));
        page_.markup("</svg>");
    }

  private:
    [[nodiscard]] double a_second(std::uint64_t count) const {
        return static_cast<double>(count) * 1000 / static_cast<double>(steps_.width_ms);
    }
    [[nodiscard]] double x(std::size_t step) const {
        return frame_.left +
               static_cast<double>(step) / static_cast<double>(steps_.counts.size()) * frame_.inner_width();
    }
    [[nodiscard]] double y(std::uint64_t count) const {
        return frame_.base() - a_second(count) / end_ * frame_.inner_height();
    }
    [[nodiscard]] std::int64_t ms_of(std::size_t step) const {
        return steps_.begin_ms + static_cast<std::int64_t>(step) * steps_.width_ms;
    }
    [[nodiscard]] std::int64_t end_ms() const { return ms_of(steps_.counts.size()); }

    // One area: along its upper edge there, and along its lower edge back.
    void layer(TimelineSeries series, std::vector<std::uint64_t>& below) {
        const auto index = static_cast<std::size_t>(series);
        std::uint64_t all = 0;
        for (const auto& counts : steps_.counts) all += counts[index];
        if (all == 0) return;
        page_.markup("<path class=\"area ").markup(class_of(series)).markup("\" d=\"M");
        page_.coordinate(x(0)).markup(" ").coordinate(y(below[0]));
        std::vector<std::uint64_t> above = below;
        for (std::size_t i = 0; i < above.size(); ++i) above[i] += steps_.counts[i][index];
        for (std::size_t i = 0; i < above.size(); ++i)
            page_.markup("V").coordinate(y(above[i])).markup("H").coordinate(x(i + 1));
        for (std::size_t i = below.size(); i-- > 0;)
            page_.markup("V").coordinate(y(below[i])).markup("H").coordinate(x(i));
        page_.markup("Z\"/>");
        below = std::move(above);
    }

    void times() {
        static constexpr std::array<std::int64_t, 21> spaces{
            100,       200,       500,        1'000,      2'000,       5'000,         10'000,
            20'000,    30'000,    60'000,     120'000,    300'000,     600'000,       1'800'000,
            3'600'000, 7'200'000, 21'600'000, 86'400'000, 604'800'000, 2'592'000'000, 31'536'000'000};
        const std::int64_t span = end_ms() - steps_.begin_ms;
        const auto* space =
            std::find_if(spaces.begin(), spaces.end() - 1, [&](auto s) { return span / s <= 7; });
        const std::int64_t first = (steps_.begin_ms + *space - 1) / *space * *space;
        for (std::int64_t at = first; at <= end_ms(); at += *space) {
            const double share = static_cast<double>(at - steps_.begin_ms) / static_cast<double>(span);
            const double there = frame_.left + share * frame_.inner_width();
            line(page_, "axis", there, frame_.base(), there, frame_.base() + 5);
            label_below(page_, frame_, there,
                        *space >= 86'400'000 ? day_words(at) : clock_words(at, *space < 1000));
        }
    }

    [[nodiscard]] std::string tip(std::size_t step) const {
        const TimelineCounts& counts = steps_.counts[step];
        std::string text = when(ms_of(step), steps_.width_ms, several_days_) + ", " +
                           span_words(static_cast<double>(steps_.width_ms) / 1000) + "\n" +
                           counted(sum(counts), "event") + ", " + rate_words(a_second(sum(counts))) +
                           " a second";
        if (steps_.is_part(step)) text += "\nnot whole: the capture has a part of this time only";
        for (std::size_t i = 0; i < counts.size(); ++i)
            if (counts[i] != 0)
                text.append("\n")
                    .append(timeline_series_name(static_cast<TimelineSeries>(i)))
                    .append(" ")
                    .append(with_commas(counts[i]));
        return text;
    }

    static constexpr Frame2D frame_{1100, 300, 64, 16, 12, 30};
    HtmlText& page_;
    const TimelineSteps& steps_;
    double end_ = 1;
    double step_ = 1;  // of the scale
    bool several_days_ = false;
};

// Where a value stands among ranges that are drawn with equal widths: each is about a sixth of a decade.
double place_of(std::uint64_t value, const std::vector<LogHistogram::Range>& ranges) {
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        if (value >= ranges[i].to) continue;
        if (value == 0) return static_cast<double>(i) + 0.5;
        const double from = std::log(static_cast<double>(std::max<std::uint64_t>(ranges[i].from, 1)));
        const double to = std::log(static_cast<double>(ranges[i].to));
        const double here = std::log(static_cast<double>(std::max<std::uint64_t>(value, 1)));
        return static_cast<double>(i) + (to > from ? std::clamp((here - from) / (to - from), 0.0, 1.0) : 0);
    }
    return static_cast<double>(ranges.size());
}

// Ranges that begin with 1 or 3 have marks on the axis.
bool is_marked(std::uint64_t value) {
    while (value != 0 && value % 10 == 0) value /= 10;
    return value == 1 || value == 3;
}

std::string figure_of(double value) {
    return with_commas(static_cast<std::uint64_t>(std::llround(value)));
}

// Median, 95 and 99 per cent. Labels of marks that lie close together stand one behind the other, and none
// ends behind the drawing.
void draw_marks(HtmlText& page, const Frame2D& frame, const ReportDistribution& distribution, double each) {
    struct Mark {
        std::string_view name;
        std::uint64_t value;
        double label;
    };
    constexpr double between = 12;
    std::array marks{Mark{"median", distribution.p50, 0}, Mark{"95 %", distribution.p95, 0},
                     Mark{"99 %", distribution.p99, 0}};
    double least = 0;
    for (Mark& mark : marks) {
        const double x = frame.left + place_of(mark.value, distribution.ranges) * each;
        line(page, "mark", x, frame.top - 6, x, frame.base());
        mark.label = std::max(x, least);
        least = mark.label + text_width(mark.name) + between;
    }
    double most = frame.width;
    for (auto mark = marks.rbegin(); mark != marks.rend(); ++mark) {
        mark->label = std::min(mark->label, most - text_width(mark->name));
        most = mark->label - between;
        label(page, "m", mark->label, frame.top - 12, mark->name);
    }
}

}  // namespace

double axis_step(double end, unsigned most) {
    if (!(end > 0)) return 1;
    const double rough = end / most;
    const double scale = std::pow(10, std::floor(std::log10(rough)));
    for (const double step : {1.0, 2.0, 5.0})
        if (step * scale >= rough * 0.9999) return step * scale;
    return 10 * scale;
}

void draw_timeline(HtmlText& page, const TimelineSteps& steps) {
    TimelineDrawing(page, steps).draw();
}

void draw_timeline_legend(HtmlText& page, const TimelineSteps& steps) {
    page.markup("<ul class=\"legend\">");
    for (const auto series : stacked) {
        std::uint64_t all = 0;
        for (const auto& counts : steps.counts) all += counts[static_cast<std::size_t>(series)];
        if (all == 0) continue;
        page.markup("<li><i class=\"").markup(class_of(series)).markup("\"></i>");
        page.text(timeline_series_name(series)).markup(" <b>").figure(all).markup("</b></li>");
    }
    page.markup("</ul>");
}

void draw_distribution(HtmlText& page, const ReportDistribution& distribution, std::string_view title,
                       std::string (*words)(std::uint64_t)) {
    constexpr Frame2D frame{540, 250, 56, 14, 34, 28};
    std::uint64_t most = 1;
    for (const auto& range : distribution.ranges) most = std::max(most, range.count);
    const double step = std::max(1.0, axis_step(static_cast<double>(most), 4));
    const double end = std::ceil(static_cast<double>(most) / step) * step;
    const double each = frame.inner_width() / static_cast<double>(distribution.ranges.size());
    open_drawing(page, frame, title);
    draw_scale(page, frame, end, step, figure_of);
    double labelled_to = -1e9;
    for (std::size_t i = 0; i < distribution.ranges.size(); ++i) {
        const auto& range = distribution.ranges[i];
        const double x = frame.left + static_cast<double>(i) * each;
        double height = static_cast<double>(range.count) / end * frame.inner_height();
        if (range.count != 0) height = std::max(height, 1.5);  // what is there is seen
        rectangle(page, "bar", x + each * 0.08, frame.base() - height, each * 0.84, height, "");
        const std::string from = mark_words(value_words(distribution, range.from, words));
        const bool below_step = range.from == 0 && distribution.zeros != 0;
        rectangle(page, "hit", x, frame.top, each, frame.inner_height(),
                  (below_step ? "below a step of the server's clock"
                              : from + " to " + mark_words(words(range.to))) +
                      "\n" + with_commas(range.count) + ", " + share_words(range.count, distribution.count));
        const bool few = distribution.ranges.size() <= 8;
        const double at = below_step ? x + each / 2 : x;
        const double begin = std::min(at - text_width(from) / 2, frame.width - text_width(from));
        if ((few || below_step || is_marked(range.from)) && begin > labelled_to) {
            line(page, "axis", at, frame.base(), at, frame.base() + 5);
            labelled_to = label_below(page, frame, at, from) + text_width(from) + 12;
        }
    }
    draw_marks(page, frame, distribution, each);
    page.markup("</svg>");
}

}  // namespace tapferry
