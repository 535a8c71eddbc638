// The drawings of the page: SVG that needs nothing from elsewhere, coloured by the classes of page_style.h.
// What the pointer shows stands in `data-tip`. Used by report_html.cpp.
#pragma once

#include <string>
#include <string_view>

#include "agent/commands/stats/html_text.h"
#include "agent/commands/stats/report.h"

namespace tapferry {

// Events a second over time, stacked by how they ended.
void draw_timeline(HtmlText& page, const TimelineSteps& steps);
// What its colours mean, with totals.
void draw_timeline_legend(HtmlText& page, const TimelineSteps& steps);
// How values are distributed, with the median, 95 and 99 per cent marked; the axis is logarithmic.
void draw_distribution(HtmlText& page, const ReportDistribution& distribution, std::string_view label,
                       std::string (*words)(std::uint64_t));

// The lengths of an axis' steps: 1, 2 or 5 times a power of ten, so that there are at most `most` up to
// `end`.
double axis_step(double end, unsigned most);

}  // namespace tapferry
