#include "agent/batches/batch_filler.h"

#include <algorithm>
#include <numeric>

#include "agent/routes/cursor.h"
#include "tests/agent/filled_spool.h"
#include "tests/stages/exchange.h"

namespace tapferry {
namespace {

using namespace test;

constexpr Position no_limit{~std::uint64_t{0}};
constexpr BatchLimits roomy{100'000, 64 << 20, std::chrono::milliseconds{0}};

// Whether the frames of a batch add up: each read one is one of three things, and the stretch has no hole.
void check_sums(const OpenBatch& batch) {
    const auto& totals = batch.totals;
    const auto lost = std::accumulate(totals.lost.begin(), totals.lost.end(), std::uint64_t{0});
    CHECK(totals.read == totals.undecodable + totals.filtered + totals.rendered);
    CHECK(distance(batch.begin, batch.end) == totals.read + lost);
    CHECK(batch.dead_frames.size() == totals.undecodable + totals.dead_lettered);
}

std::vector<std::string> records_of(const OpenBatch& batch) {
    std::vector<std::string> records;
    for (const auto& record : batch.records.records()) records.emplace_back(batch.records.content(record));
    return records;
}

// Everything that there is, in batches within the limits.
std::vector<std::string> read_all(BatchFiller& filler, const BatchLimits& limits) {
    std::vector<std::string> all;
    const auto batch = filler.make_batch();
    for (;;) {
        batch->clear(filler.position());
        const auto stopped = filler.fill(*batch, limits, no_limit);
        check_sums(*batch);
        for (auto& record : records_of(*batch)) all.push_back(std::move(record));
        if (stopped == BatchFiller::Stopped::end_of_log) return all;
    }
}

TEST_CASE("each frame of the log becomes a record under its own number, in order") {
    FilledSpool log;
    log.append_captured(900);
    BatchFiller filler(json_destination(StdoutOptions{}), log.reader());
    const auto records = read_all(filler, roomy);
    CHECK(ranges(sequences_of(records)) == range(1, 901));
    CHECK(filler.position() == log.spool().end());
}

TEST_CASE("how the log is cut into batches does not change a byte of the records") {
    FilledSpool log;
    log.append_captured(700);
    BatchFiller whole(json_destination(StdoutOptions{}), log.reader());
    const auto records = read_all(whole, roomy);
    for (const std::size_t events : {std::size_t{1}, std::size_t{7}, std::size_t{100}}) {
        BatchFiller filler(json_destination(StdoutOptions{}), log.reader());
        CHECK(read_all(filler, {events, 64 << 20, {}}) == records);
    }
}

TEST_CASE("a batch has no more events than its limit, and of bytes at most one event more") {
    FilledSpool log;
    log.append_captured(500);
    BatchFiller filler(json_destination(StdoutOptions{}), log.reader());
    const auto batch = filler.make_batch();
    batch->clear(filler.position());
    CHECK(filler.fill(*batch, {17, 64 << 20, {}}, no_limit) == BatchFiller::Stopped::full);
    CHECK(batch->totals.rendered == 17);
    CHECK(number(batch->end) == 18);
    batch->clear(filler.position());
    CHECK(filler.fill(*batch, {100'000, 8192, {}}, no_limit) == BatchFiller::Stopped::full);
    const auto& last = batch->records.records().back();
    CHECK(batch->records.bytes() >= 8192);
    CHECK(last.wire_begin < 8192);
    check_sums(*batch);
}

TEST_CASE("a batch ends where it was told to, also in the middle of a block") {
    FilledSpool log;
    log.append_captured(500);
    BatchFiller filler(json_destination(StdoutOptions{}), log.reader());
    const auto batch = filler.make_batch();
    for (const std::uint64_t until : {4u, 5u, 123u, 123u}) {
        batch->clear(filler.position());
        CHECK(filler.fill(*batch, roomy, Position{until}) == BatchFiller::Stopped::end_of_log);
        CHECK(number(batch->end) == until);
        check_sums(*batch);
    }
    CHECK(ranges(sequences_of(read_all(filler, roomy))) == range(123, 501));
}

TEST_CASE("going back gives the same bytes again, from any place") {
    FilledSpool log;
    log.append_captured(400);
    log.append({garbage(30)});
    log.append_captured(200);
    BatchFiller filler(json_destination(StdoutOptions{}), log.reader());
    const auto records = read_all(filler, roomy);
    for (const std::uint64_t from : {1u, 2u, 399u, 400u, 401u, 402u, 600u}) {
        CAPTURE(from);
        filler.seek(place_at(Position{from}));
        const auto again = read_all(filler, {50, 64 << 20, {}});
        const auto skipped = from <= 401 ? from - 1 : from - 2;  // number 401 is garbage
        CHECK(again == std::vector<std::string>(records.begin() + static_cast<std::ptrdiff_t>(skipped),
                                                records.end()));
    }
}

TEST_CASE("a filler that begins in a block's middle begins there") {
    FilledSpool log;
    log.append_captured(100);
    BatchFiller filler(json_destination(StdoutOptions{}), log.reader(Position{42}));
    CHECK(ranges(sequences_of(read_all(filler, roomy))) == range(42, 101));
}

TEST_CASE("a frame that is no dnstap is kept whole for the dead letter, and the others are delivered") {
    FilledSpool log;
    log.append_captured(10);
    const std::vector<Frame> bad{garbage(1), garbage(100), garbage(70'000)};
    log.append(bad);
    log.append_captured(10);
    BatchFiller filler(json_destination(StdoutOptions{}), log.reader());
    const auto batch = filler.make_batch();
    batch->clear(filler.position());
    CHECK(filler.fill(*batch, roomy, no_limit) == BatchFiller::Stopped::end_of_log);
    check_sums(*batch);
    CHECK(batch->totals.rendered == 20);
    REQUIRE(batch->dead_frames.size() == 3);
    for (std::size_t i = 0; i < bad.size(); ++i) {
        CHECK(batch->dead_frames[i].bytes == bad[i]);
        CHECK(batch->dead_frames[i].id.sequence == 11 + i);
        CHECK(batch->dead_frames[i].id.incarnation == log.spool().incarnation());
        CHECK(!batch->dead_frames[i].words.empty());
    }
}

TEST_CASE("a captured frame with any one byte changed, or cut anywhere, costs no more than itself") {
    FilledSpool log;
    const Frame sound = read_capture("bind-sec").front();
    std::vector<Frame> frames;
    for (std::size_t i = 0; i < sound.size(); ++i) {
        for (const unsigned flip : {0x01u, 0x80u, 0xffu}) {
            frames.push_back(sound);
            frames.back()[i] = static_cast<std::uint8_t>(sound[i] ^ flip);
        }
        frames.emplace_back(sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(i));
    }
    log.append(frames);
    BatchFiller filler(json_destination(StdoutOptions{}), log.reader());
    const auto batch = filler.make_batch();
    batch->clear(filler.position());
    CHECK(filler.fill(*batch, roomy, no_limit) == BatchFiller::Stopped::end_of_log);
    check_sums(*batch);
    CHECK(batch->totals.read == frames.size());
    for (const auto& record : batch->records.records()) CHECK(!record.invalid);
}

TEST_CASE("an event whose rendering is longer than the destination takes is dead-lettered with its frame") {
    FilledSpool log;
    log.append_captured(500);
    auto destination = json_destination(StdoutOptions{});
    destination.max_record_bytes = 600;
    BatchFiller filler(destination, log.reader());
    const auto batch = filler.make_batch();
    batch->clear(filler.position());
    (void)filler.fill(*batch, roomy, no_limit);
    check_sums(*batch);
    CHECK(batch->totals.rendered == 500);
    CHECK(batch->totals.dead_lettered > 0);
    CHECK(batch->records.size() == 500 - batch->totals.dead_lettered);
    for (const auto& record : records_of(*batch)) CHECK(record.size() <= 600);
    CHECK(!batch->dead_frames.front().words.empty());
}

TEST_CASE("what a destination does not want is counted and not rendered") {
    FilledSpool log;
    log.append_captured(1500);
    auto destination = json_destination(StdoutOptions{});
    destination.stages.selection = Selection::none();
    destination.stages.selection.add(MessageType::client_response);
    BatchFiller filler(destination, log.reader());
    const auto batch = filler.make_batch();
    batch->clear(filler.position());
    (void)filler.fill(*batch, roomy, no_limit);
    check_sums(*batch);
    CHECK(batch->totals.filtered > 0);
    CHECK(batch->totals.rendered > 0);
    for (const auto& record : records_of(*batch))
        CHECK(record.find("\"CLIENT_RESPONSE\"") != std::string::npos);
}

TEST_CASE(
    "a time and an address that the server cannot have meant are counted, and their event is delivered") {
    FilledSpool log;
    // A client query of one second after 1970 from an address of three octets; between two of them one that
    // tells neither.
    const Frame odd{0x72, 9, 0x08, 5, 0x40, 1, 0x22, 3, 1, 2, 3, 0x78, 1};
    log.append({odd});
    log.append({Frame{0x72, 2, 0x08, 5, 0x78, 1}});
    log.append({odd});
    BatchFiller filler(json_destination(StdoutOptions{}), log.reader());
    CHECK(read_all(filler, roomy).size() == 3);
    CHECK(filler.odd_events().times == 2);
    CHECK(filler.odd_events().addresses == 2);
}

// Disbelieves two records of each event.
class DoubtingEncoder final : public Encoder {
  public:
    void encode(const Event&, RecordBuffer&) override { left_out_ += 2; }
    [[nodiscard]] std::uint64_t left_out() const override { return left_out_; }

  private:
    std::uint64_t left_out_ = 0;
};

TEST_CASE("a batch knows how many records its encoder has left out in it") {
    FilledSpool log;
    log.append_captured(500);
    BatchFiller filler(json_destination(StdoutOptions{}), log.reader(), std::make_unique<DoubtingEncoder>());
    const auto batch = filler.make_batch();
    for (int round = 0; round < 2; ++round) {
        batch->clear(filler.position());
        static_cast<void>(filler.fill(*batch, {17, 64 << 20, {}}, no_limit));
        CHECK(batch->left_out == 34);
    }
}

// While a destination is away, what a sender of noise sends stays on the disk and does not fill the memory.
TEST_CASE("a batch is full too when the frames that it keeps for the dead letter take as much as its limit") {
    for (const std::size_t length : {std::size_t{1}, std::size_t{50'000}}) {
        FilledSpool log;
        log.append(std::vector<Frame>(2'000'000 / (length + 200), garbage(length)));
        BatchFiller filler(json_destination(StdoutOptions{}), log.reader());
        const auto batch = filler.make_batch();
        batch->clear(filler.position());
        CHECK(filler.fill(*batch, {1000, 256 << 10, {}}, no_limit) == BatchFiller::Stopped::full);
        std::size_t bytes = 0;
        for (const auto& frame : batch->dead_frames) bytes += frame.bytes.size() + sizeof frame;
        CHECK(bytes < (256u << 10) + length);
        check_sums(*batch);
        CHECK(read_all(filler, {1000, 256 << 10, {}}).empty());
        CHECK(filler.position() == log.spool().end());
    }
}

// So that a route that wants none of them sees a stop, and saves how far it is.
TEST_CASE("a batch ends after so many frames, however few of them become events") {
    FilledSpool log;
    const Frame frame = read_capture("bind-sec").front();
    log.append(std::vector<Frame>(most_frames_of_a_batch + 1000, frame));
    auto destination = json_destination(StdoutOptions{});
    destination.stages.selection = Selection::none();
    BatchFiller filler(destination, log.reader());
    const auto batch = filler.make_batch();
    batch->clear(filler.position());
    CHECK(filler.fill(*batch, roomy, no_limit) == BatchFiller::Stopped::full);
    CHECK(batch->totals.filtered == most_frames_of_a_batch);
    check_sums(*batch);
    batch->clear(filler.position());
    CHECK(filler.fill(*batch, roomy, no_limit) == BatchFiller::Stopped::end_of_log);
    CHECK(batch->totals.filtered == 1000);
}

TEST_CASE("frames that are gone are lost to the frame, and reading goes on behind them") {
    FilledSpool log({.all = 256 << 10, .segment = 32 << 10});
    for (int i = 0; i < 40; ++i) log.append_captured(100);
    const std::uint64_t begin = number(log.spool().begin());
    REQUIRE(begin > 1);
    BatchFiller filler(json_destination(StdoutOptions{}), log.reader());
    const auto batch = filler.make_batch();
    batch->clear(filler.position());
    (void)filler.fill(*batch, roomy, no_limit);
    check_sums(*batch);
    CHECK(batch->totals.lost[static_cast<std::size_t>(LossReason::retention)] == begin - 1);
    REQUIRE(batch->lost.size() == 1);
    CHECK(number(batch->lost.front().from) == 1);
    CHECK(number(batch->lost.front().to) == begin);
    CHECK(ranges(sequences_of(records_of(*batch))) == range(begin, 4001));
}

TEST_CASE("a batch knows when its first frame was received, and a cleared one knows nothing") {
    FilledSpool log;
    log.append_captured(5);
    BatchFiller filler(json_destination(StdoutOptions{}), log.reader());
    const auto batch = filler.make_batch();
    batch->clear(filler.position());
    CHECK(batch->received.seconds == 0);
    (void)filler.fill(*batch, roomy, no_limit);
    CHECK(batch->received.seconds == 1'790'000'000);
    batch->clear(filler.position());
    CHECK(batch->received.seconds == 0);
    CHECK(batch->records.empty());
    CHECK(batch->begin == batch->end);
    CHECK(filler.fill(*batch, roomy, no_limit) == BatchFiller::Stopped::end_of_log);
    CHECK(batch->begin == batch->end);
}

TEST_CASE("a format that has no words for notices tells none, and they count as what nobody wants") {
    FilledSpool log;
    log.append({response({})});
    Notice notice;
    notice.kind = NoticeKind::silent;
    REQUIRE(log.spool().append_notice(notice, "bind", {1'790'000'200, 0}).appended);
    log.append({response({})}, {1'790'000'300, 0});
    auto destination = json_destination(StdoutOptions{});
    destination.notices = true;
    CofOptions d4;
    d4.records.d4 = true;
    TemplateOptions line;
    line.line = "{qname}";
    for (const FormatOptions& format :
         {FormatOptions(DnstapOptions{}), FormatOptions(d4), FormatOptions(line)}) {
        destination.format = format;
        BatchFiller filler(destination, log.reader());
        filler.end_at(Position{4});
        const auto batch = filler.make_batch();
        RouteTotals totals;
        while (filler.position() != Position{4}) {
            batch->clear(filler.position());
            filler.fill(*batch, roomy, no_limit);
            totals += batch->totals;
            for (const auto told : batch->notices) CHECK(told == 0);
        }
        CHECK(totals.read == 3);
        CHECK(totals.rendered == 2);
        CHECK(totals.filtered == 1);
    }
}

}  // namespace
}  // namespace tapferry
