#include "agent/commands/stats/timeline.h"

#include <doctest/doctest.h>

namespace tapferry {
namespace {

std::uint64_t total(const TimelineSteps& steps) {
    std::uint64_t all = 0;
    for (const auto& counts : steps.counts) all += sum(counts);
    return all;
}

TEST_CASE("short captures have tenths of a second, each event in its own") {
    Timeline timeline;
    timeline.add({1'000'000'000, 50'000'000}, TimelineSeries::noerror);
    timeline.add({1'000'000'000, 99'000'000}, TimelineSeries::none);
    timeline.add({1'000'000'001, 0}, TimelineSeries::nxdomain);
    const auto steps = timeline.steps(240);
    CHECK(steps.width_ms == 100);
    CHECK(steps.begin_ms == 1'000'000'000'000);
    REQUIRE(steps.counts.size() == 11);
    CHECK(steps.counts[0][0] == 1);
    CHECK(steps.counts[0][5] == 1);
    CHECK(steps.counts[10][1] == 1);
    CHECK(total(steps) == 3);
}

TEST_CASE("however long the time is, every event has a place and there are never more steps than asked for") {
    Timeline timeline;
    std::uint64_t added = 0;
    for (const std::int64_t apart : {1, 60, 3600, 86'400}) {
        for (std::int64_t i = 0; i < 9000; ++i, ++added)
            timeline.add({1'000'000'000 + i * apart, 0}, TimelineSeries::none);
        const auto steps = timeline.steps(240);
        CHECK(steps.counts.size() <= 240);
        CHECK(steps.counts.size() > 8);
        CHECK(total(steps) == added);
    }
}

TEST_CASE("a long time is kept in wider steps, so that memory is bounded") {
    Timeline timeline;
    for (std::int64_t i = 0; i < 10'000; ++i)
        timeline.add({1'000'000'000 + i / 10, static_cast<std::uint32_t>(i % 10 * 100'000'000)},
                     TimelineSeries::none);
    CHECK(timeline.steps(1'000'000).width_ms == 200);
    CHECK(timeline.peak_rate() == 10);
}

TEST_CASE("times before 1970 and far ahead keep their order") {
    Timeline timeline;
    timeline.add({-1, 950'000'000}, TimelineSeries::none);
    timeline.add({0, 0}, TimelineSeries::none);
    const auto steps = timeline.steps(240);
    CHECK(steps.begin_ms == -100);
    CHECK(steps.counts.size() == 2);
    timeline.add({4'000'000'000, 0}, TimelineSeries::none);
    CHECK(total(timeline.steps(240)) == 3);
}

TEST_CASE("the peak is of the busiest second, however narrow the steps are") {
    Timeline timeline;
    CHECK(timeline.peak_rate() == 0);
    for (std::uint32_t tenth = 0; tenth < 10; ++tenth)
        timeline.add({1'000'000'000, tenth * 100'000'000}, TimelineSeries::noerror);
    timeline.add({1'000'000'005, 0}, TimelineSeries::noerror);
    CHECK(timeline.peak_rate() == 10);
    for (int i = 0; i < 5; ++i) timeline.add({1'000'000'000, 300'000'000}, TimelineSeries::noerror);
    CHECK(timeline.peak_rate() == 15);
}

TEST_CASE("the busiest second need not begin with one of the clock") {
    Timeline timeline;
    for (const std::uint32_t tenth : {8U, 9U})
        timeline.add({100, tenth * 100'000'000}, TimelineSeries::noerror);
    for (const std::uint32_t tenth : {0U, 7U, 8U})
        timeline.add({101, tenth * 100'000'000}, TimelineSeries::noerror);
    CHECK(timeline.peak_rate() == 4);
}

}  // namespace
}  // namespace tapferry
