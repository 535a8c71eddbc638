// A stretch of the log that ends at a given place: what waits there, windows and gaps.
#include <algorithm>
#include <map>
#include <span>

#include "tests/agent/batches/held_log.h"
#include "tests/agent/json_lines.h"

namespace tapferry {
namespace {

using namespace test;

constexpr Position no_limit{~std::uint64_t{0}};

DestinationConfig pairing_destination() {
    auto destination = json_destination(StdoutOptions{});
    destination.transactions = PairingOptions{std::chrono::milliseconds{200}, 1000};
    return destination;
}

DestinationConfig summary_destination() {
    auto destination = json_destination(StdoutOptions{});
    SummaryOptions options;
    options.window = std::chrono::seconds{1};
    options.group_by = {"qname"};
    destination.format = options;
    return destination;
}

// From there up to where the filler's log ends.
Reading read_to_end(BatchFiller& filler, const Cut& from, std::size_t max_events, Position end) {
    Reading reading;
    reading.cuts.push_back(from);
    filler.end_at(end);
    filler.seek(place_of(from));
    const auto batch = filler.make_batch();
    while (reading.cuts.back().position != end || reading.cuts.back().open != 0) {
        batch->clear(filler.position());
        for (auto stopped = BatchFiller::Stopped::pause; stopped != BatchFiller::Stopped::full;) {
            stopped = filler.fill(*batch, {max_events, 64 << 20, {}}, no_limit);
            REQUIRE(stopped != BatchFiller::Stopped::end_of_log);
        }
        reading.add(*batch);
    }
    return reading;
}

std::size_t count_with(const std::vector<std::string>& records, std::string_view text) {
    return static_cast<std::size_t>(std::count_if(records.begin(), records.end(), [&](const auto& record) {
        return record.find(text) != std::string::npos;
    }));
}

}  // namespace

TEST_CASE("a stretch begins with the queries that wait there, and at its end nothing waits any more") {
    FilledSpool log;
    log.append({query({.id = 1}), query({.id = 2}), query({.id = 3})}, {1'790'000'000, 0});
    BatchFiller filler(pairing_destination(), log.reader());
    const Cut cut = read_from(filler, {}, 10).cuts.back();
    REQUIRE(cut.open == 3);
    log.append({response({.id = 1, .nanoseconds = 5'000'000}), query({.id = 4})},
               {1'790'000'000, 100'000'000});
    // Query 2 was over before the end, 3 and 4 were not; response 4 stands behind it.
    log.append({response({.id = 3})}, {1'790'000'000, 250'000'000});
    log.append({response({.id = 4}), query({.id = 5})}, {1'790'000'000, 260'000'000});
    BatchFiller late(pairing_destination(), log.reader());
    const Reading reading = read_to_end(late, cut, 10, Position{7});
    CHECK(reading.balanced(cut));
    CHECK(reading.totals.read == 3);
    CHECK(reading.totals.paired == 1);
    CHECK(count_with(reading.records, "\"latency\"") == 1);
    CHECK(count_with(reading.records, "\"unanswered\"") == 2);
    CHECK(count_with(reading.records, "CLIENT_QUERY") == 3);
    CHECK(reading.cuts.back().open == 0);
}

TEST_CASE("wherever a stretch is begun anew, its records are the same, also those at its end") {
    for (unsigned seed = 1; seed <= 8; ++seed) {
        CAPTURE(seed);
        FilledSpool log({.all = 1 << 30, .segment = 4000});
        RandomLog(seed, seed % 3 == 0).append_to(log, 120);
        const Position end{number(log.spool().end()) / 2};
        const auto destination = pairing_destination();
        BatchFiller filler(destination, log.reader());
        const Reading whole = read_to_end(filler, {}, 1 + seed % 7, end);
        CHECK(whole.balanced());
        CHECK(whole.totals.read == number(end) - 1);
        for (std::size_t i = 0; i + 1 < whole.cuts.size(); i += 1 + seed % 4) {
            const Cut& cut = whole.cuts[i];
            BatchFiller anew(destination, log.reader());
            const Reading rest = read_to_end(anew, cut, 1 + i % 9, end);
            REQUIRE(rest.balanced(cut));
            REQUIRE(std::equal(rest.records.begin(), rest.records.end(),
                               whole.records.begin() + static_cast<std::ptrdiff_t>(cut.records),
                               whole.records.end()));
        }
    }
}

TEST_CASE("a window that a stretch's end cuts is told in two parts, which together count each event once") {
    FilledSpool log;
    for (std::int64_t i = 0; i < 40; ++i)
        log.append({response({.name = "a.test"}), response({.name = "b.test"})},
                   {1'790'000'000 + i / 10, static_cast<std::uint32_t>(i % 10 * 100'000'000)});
    log.append_time({1'790'000'100, 0});
    const auto counts = [](const Reading& reading) {
        std::map<std::string, std::uint64_t> counted;
        for (const auto& record : reading.records) {
            const auto json = read_json(std::string_view{record}.substr(record.find(' ') + 1));
            counted[json["qname"].GetString()] += json["count"].GetUint64();
        }
        return counted;
    };
    const Position end{36};
    BatchFiller late(summary_destination(), log.reader());
    const Reading first = read_to_end(late, {}, 1, end);
    BatchFiller live(summary_destination(), log.reader());
    const Reading second = read_from(live, {end, end}, 1);
    CHECK(counts(first) == std::map<std::string, std::uint64_t>{{"a.test", 18}, {"b.test", 17}});
    CHECK(counts(second) == std::map<std::string, std::uint64_t>{{"a.test", 22}, {"b.test", 23}});
    std::vector<std::string> ids;
    for (const auto* reading : {&first, &second})
        for (const auto& record : reading->records) ids.push_back(record.substr(0, record.find(' ')));
    std::sort(ids.begin(), ids.end());
    CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
    // Begun anew at any window, the rows are the same.
    for (const Cut& cut : first.cuts) {
        if (cut.position == end) continue;
        BatchFiller anew(summary_destination(), log.reader());
        CHECK(std::ranges::equal(read_to_end(anew, cut, 1, end).records,
                                 std::span(first.records).subspan(cut.records)));
    }
}

TEST_CASE("of what is gone from the log only what lies in the stretch is its loss") {
    FilledSpool log({.all = 1 << 30, .segment = 500});
    for (int i = 0; i < 40; ++i)
        log.append({query({.id = static_cast<std::uint16_t>(i)})}, {1'790'000'000, 0});
    log.spool().trim(Position{31});
    REQUIRE(number(log.spool().begin()) > 12);
    BatchFiller late(json_destination(StdoutOptions{}), log.reader());
    const Reading reading = read_to_end(late, {}, 10, Position{11});
    CHECK(reading.records.empty());
    CHECK(reading.totals.lost[static_cast<std::size_t>(LossReason::retention)] == 10);
    CHECK(reading.cuts.back().position == Position{11});
}

}  // namespace tapferry
