// Aggregates: batches that end where a window of the log's time ends.
#include <map>

#include "tests/agent/batches/held_log.h"

namespace tapferry {
namespace {

using namespace test;

// A row for each (name, type) with its count, in order of name.
class CountingEncoder final : public Encoder {
  public:
    explicit CountingEncoder(std::size_t max_rows) : max_rows_(max_rows) {}

    void encode(const Event& event, RecordBuffer&) override {
        if (rows_.empty()) first_ = event.id;
        ++rows_[std::string{event.qname} + "/" + std::to_string(static_cast<int>(event.type)) + "/" +
                std::to_string(event.dns.id) + (event.kind == EventKind::unanswered ? "!" : "")];
    }
    void close(RecordBuffer& records) override {
        Event window;
        window.id = first_;
        std::uint64_t row = 0;
        for (const auto& [key, count] : rows_) {
            records.open(window, {1, ++row}).append(key, " ", std::string_view{std::to_string(count)});
            records.close(window);
        }
        rows_.clear();
    }
    [[nodiscard]] std::optional<std::chrono::milliseconds> window() const override {
        return std::chrono::milliseconds{500};
    }
    [[nodiscard]] bool full() const override { return rows_.size() >= max_rows_; }

  private:
    const std::size_t max_rows_;
    EventId first_;
    std::map<std::string, int> rows_;
};

BatchFiller counting_filler(const FilledSpool& log, bool pairs, std::size_t max_rows = 1000) {
    auto destination = json_destination(StdoutOptions{});
    if (pairs) destination.transactions = PairingOptions{std::chrono::milliseconds{200}, 1000};
    return {destination, log.reader(), std::make_unique<CountingEncoder>(max_rows)};
}

Frame named(std::string name) {
    return response({.name = std::move(name)});
}

std::vector<std::string> rows_of(const Reading& reading) {
    std::vector<std::string> rows;
    for (const auto& record : reading.records) rows.push_back(record.substr(record.find(' ') + 1));
    return rows;
}

}  // namespace

TEST_CASE("a window ends at a multiple of its length, and its rows count what came in it") {
    FilledSpool log;
    log.append({named("a"), named("b")}, {1'790'000'000, 0});
    log.append({named("a")}, {1'790'000'000, 499'000'000});
    log.append({named("a")}, {1'790'000'000, 500'000'000});
    BatchFiller filler = counting_filler(log, false);
    Reading reading = read_from(filler, {}, 1);
    CHECK(rows_of(reading) == std::vector<std::string>{"a/6/1 2", "b/6/1 1"});
    CHECK(reading.cuts.back().position == Position{4});
    // What is in a window that is not over is read again.
    log.append_time({1'790'000'000, 999'000'000});
    CHECK(read_from(filler, reading.cuts.back(), 1).records.empty());
    log.append_time({1'790'000'001, 0});
    reading = read_from(filler, reading.cuts.back(), 1);
    CHECK(rows_of(reading) == std::vector<std::string>{"a/6/1 1"});
    CHECK(reading.cuts.back().position == Position{5});
    CHECK(reading.balanced());
}

TEST_CASE("a window whose encoder is full ends at once") {
    FilledSpool log;
    log.append({named("a"), named("a"), named("b"), named("c")}, {1'790'000'000, 0});
    BatchFiller filler = counting_filler(log, false, 2);
    const Reading reading = read_from(filler, {}, 1);
    CHECK(rows_of(reading) == std::vector<std::string>{"a/6/1 2", "b/6/1 1"});
    CHECK(reading.cuts.back().position == Position{4});
}

TEST_CASE("whatever is read again, windows, rows, ids and order are the same") {
    for (unsigned seed = 1; seed <= 8; ++seed) {
        CAPTURE(seed);
        const bool pairs = seed % 2 == 0;
        const std::size_t max_rows = seed % 4 < 2 ? 1000 : 8;
        FilledSpool log({.all = 1 << 30, .segment = 4000});
        RandomLog(seed, false).append_to(log, 300);
        log.append_time({1'800'000'000, 0});
        BatchFiller filler = counting_filler(log, pairs, max_rows);
        const Reading whole = read_from(filler, {}, 1);
        REQUIRE(whole.cuts.size() > 10);
        REQUIRE(whole.balanced());
        for (std::size_t i = 0; i < whole.cuts.size(); i += 3) {
            const Cut& cut = whole.cuts[i];
            log.spool().trim(cut.open_from);
            BatchFiller anew = counting_filler(log, pairs, max_rows);
            const Reading rest = read_from(anew, cut, 1);
            REQUIRE(rest.balanced(cut));
            REQUIRE(std::equal(rest.records.begin(), rest.records.end(),
                               whole.records.begin() + static_cast<std::ptrdiff_t>(cut.records),
                               whole.records.end()));
        }
    }
}

TEST_CASE("a window that is left in its middle leaves nothing behind") {
    FilledSpool log;
    log.append({named("a"), named("b")}, {1'790'000'000, 0});
    BatchFiller filler = counting_filler(log, false);
    const auto batch = filler.make_batch();
    batch->clear(filler.position());
    CHECK(filler.fill(*batch, {1, 1, {}}, Position{100}) == BatchFiller::Stopped::end_of_log);
    CHECK(batch->totals.rendered == 2);
    CHECK(filler.waits_for_time(batch.get()));
    log.append_time({1'790'000'001, 0});
    CHECK(rows_of(read_from(filler, {}, 1)) == std::vector<std::string>{"a/6/1 1", "b/6/1 1"});
    CHECK(!filler.waits_for_time(nullptr));
}

TEST_CASE("an aggregate's batch pauses after so many frames, and goes on where it was") {
    FilledSpool log;
    log.append(std::vector<Frame>(most_frames_of_a_batch + 10, named("a")));
    BatchFiller filler = counting_filler(log, false);
    const auto batch = filler.make_batch();
    batch->clear(filler.position());
    CHECK(filler.fill(*batch, {1, 1 << 20, {}}, Position{~0ull}) == BatchFiller::Stopped::pause);
    CHECK(batch->totals.read == most_frames_of_a_batch);
    CHECK(filler.fill(*batch, {1, 1 << 20, {}}, Position{~0ull}) == BatchFiller::Stopped::end_of_log);
    CHECK(batch->totals.read == most_frames_of_a_batch + 10);
}

TEST_CASE("a row that may not be sent goes to the dead letter, and the others go out") {
    FilledSpool log;
    log.append({named("a"), named("a-name-that-is-longer-than-it-may-be"), named("b")}, {1'790'000'000, 0});
    log.append_time({1'790'000'001, 0});
    auto destination = json_destination(StdoutOptions{});
    destination.max_record_bytes = 20;
    BatchFiller filler(destination, log.reader(), std::make_unique<CountingEncoder>(100));
    const auto batch = filler.make_batch();
    batch->clear(filler.position());
    CHECK(filler.fill(*batch, {1, 1 << 20, {}}, Position{100}) == BatchFiller::Stopped::full);
    REQUIRE(batch->dead_rows.size() == 1);
    CHECK(batch->dead_rows[0].text.starts_with("a-name"));
    REQUIRE(batch->records.size() == 2);
    CHECK(batch->records.content(batch->records.records()[1]) == "b/6/1 1");
    CHECK(batch->records.wire(0, 2) == "a/6/1 1\nb/6/1 1\n");
    CHECK(batch->totals.rendered == 3);
    CHECK(batch->totals.dead_lettered == 0);
}

}  // namespace tapferry
