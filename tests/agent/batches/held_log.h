// A log of random queries and responses, and a filler that is stopped and started anew anywhere on the way:
// for the tests that nothing of it shows in the records.
#pragma once

#include <numeric>
#include <random>

#include "agent/batches/batch_filler.h"
#include "agent/routes/cursor.h"
#include "tests/agent/filled_spool.h"
#include "tests/stages/exchange.h"

namespace tapferry::test {

// Where a filler was when a batch was over, and the records up to there.
struct Cut {
    Position position = first_position;
    Position open_from = first_position;
    std::uint64_t open = 0;
    std::size_t records = 0;
};

inline SavedPosition place_of(const Cut& cut) {
    SavedPosition place;
    place.position = cut.position;
    place.open_from = cut.open_from;
    place.open = cut.open;
    return place;
}

struct Reading {
    std::vector<std::string> records;
    std::vector<Cut> cuts;
    RouteTotals totals;
    std::uint64_t unread = 0;

    // What the batch holds, which begins where the last one ended.
    void add(const OpenBatch& batch) {
        for (const auto& record : batch.records.records()) {
            TextBuffer id;
            append_record_id(id, record);
            records.push_back(std::string{id.view()} + " " + std::string{batch.records.content(record)});
        }
        totals += batch.totals;
        unread += batch.unread;
        cuts.push_back({batch.end, batch.open_from, batch.open, records.size()});
    }
    // Whether each frame that was read since `from` is at one place.
    [[nodiscard]] bool balanced(const Cut& from = {}) const {
        return totals.read - unread + from.open ==
               totals.undecodable + totals.filtered + totals.paired + totals.rendered + cuts.back().open;
    }
};

inline Reading read_from(BatchFiller& filler, const Cut& from, std::size_t max_events) {
    constexpr Position no_limit{~std::uint64_t{0}};
    Reading reading;
    reading.cuts.push_back(from);
    filler.seek(place_of(from));
    const auto batch = filler.make_batch();
    batch->clear(filler.position());
    for (;;) {
        const auto stopped = filler.fill(*batch, {max_events, 64 << 20, {}}, no_limit);
        const bool over = stopped == BatchFiller::Stopped::full || !filler.aggregates();
        if (over) {
            REQUIRE(batch->end == filler.position());
            REQUIRE(batch->open_from <= batch->end);
            reading.add(*batch);
        }
        if (stopped == BatchFiller::Stopped::end_of_log) return reading;
        if (over) batch->clear(filler.position());
    }
}

// Three servers, of which "mute" tells queries alone; few ids, so that keys come again; names that differ now
// and then; silences, and a clock that goes back sometimes, a little or far.
class RandomLog {
  public:
    explicit RandomLog(unsigned seed, bool clock_goes_back) : random_(seed), goes_back_(clock_goes_back) {}

    void append_to(FilledSpool& log, int blocks) {
        for (int i = 0; i < blocks; ++i) {
            std::vector<Frame> frames(1 + below(6));
            for (Frame& frame : frames) frame = next_frame();
            log.append(frames, time());
            pass_time(log);
        }
    }

  private:
    std::uint32_t below(std::uint32_t n) {
        return std::uniform_int_distribution<std::uint32_t>(0, n - 1)(random_);
    }
    Timestamp time() const {
        return {milliseconds_ / 1000, static_cast<std::uint32_t>(milliseconds_ % 1000 * 1'000'000)};
    }
    Frame next_frame() {
        if (below(50) == 0) return garbage(10);
        Exchange exchange;
        exchange.id = static_cast<std::uint16_t>(below(12));
        exchange.identity = below(4) == 0 ? "ns2" : below(5) == 0 ? "mute" : "ns1";
        exchange.name = below(8) == 0 ? "b.test" : "a.test";
        exchange.seconds = static_cast<std::uint64_t>(milliseconds_ / 1000 - 5);
        exchange.nanoseconds = below(1000) * 1'000'000;
        const bool asks = exchange.identity == "mute" || below(2) == 0;
        return asks ? query(exchange) : response(exchange);
    }
    void pass_time(FilledSpool& log) {
        milliseconds_ += below(4) == 0 ? 0 : below(60);
        if (goes_back_ && below(20) == 0) milliseconds_ -= below(300);
        for (auto silences = below(10) == 0 ? below(4) : 0; silences > 0; --silences) {
            milliseconds_ += below(400);
            log.append_time(time());
        }
    }

    std::mt19937 random_;
    bool goes_back_;
    std::int64_t milliseconds_ = 1'790'000'000'000;
};

}  // namespace tapferry::test
