#include "agent/batches/route_notices.h"

#include <algorithm>

#include "agent/batches/batch_filler.h"
#include "tests/agent/filled_spool.h"
#include "tests/agent/json_lines.h"
#include "tests/agent/routes/route_fixture.h"
#include "tests/agent/routes/scripted_route.h"

namespace tapferry {
namespace {

using namespace test;

constexpr Position no_limit{~std::uint64_t{0}};
constexpr BatchLimits roomy{100'000, 64 << 20, std::chrono::milliseconds{0}};
constexpr std::int64_t minute = 1'790'000'040;  // a multiple of 60 seconds

DestinationConfig telling(DestinationConfig destination = json_destination(StdoutOptions{})) {
    destination.notices = true;
    return destination;
}

std::vector<Frame> frames(std::size_t count) {
    std::vector<Frame> all = read_capture("bind-sec");
    all.resize(count);
    return all;
}

std::vector<std::string> read_on(BatchFiller& filler, OpenBatch& batch) {
    batch.clear(filler.position());
    filler.fill(batch, roomy, no_limit);
    std::vector<std::string> records;
    for (const auto& record : batch.records.records()) records.emplace_back(batch.records.content(record));
    return records;
}

// "gap(4)" with what it counts for a notice, the sequence number for an event; all ids must be different.
std::string told(const std::vector<std::string>& records) {
    std::string text;
    std::vector<std::string> ids;
    for (const auto& record : records) {
        const auto json = read_json(record);
        ids.emplace_back(json["id"].GetString());
        text += text.empty() ? "" : " ";
        if (!json.HasMember("notice")) {
            text += std::to_string(sequence_of(record));
            continue;
        }
        const auto& notice = json["notice"];
        text +=
            std::string(notice["what"].GetString()) + "(" + std::to_string(notice["count"].GetUint64()) + ")";
        if (ids.back().size() > 32) text += ids.back().substr(32);
    }
    std::sort(ids.begin(), ids.end());
    CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
    return text;
}

rapidjson::Document notice_in(const std::vector<std::string>& records, std::string_view what) {
    for (const auto& record : records) {
        auto json = read_json(record);
        if (json.HasMember("notice") && std::string_view(json["notice"]["what"].GetString()) == what)
            return json;
    }
    FAIL("there is no such notice");
    return {};
}

TEST_CASE("a gap is told before the first event behind it, with its exact range and when it was") {
    RouteNotices notices("siem", true);
    Renderer renderer(telling());
    const auto batch = renderer.make_batch();
    batch->clear(first_position);
    notices.took(0xA5);
    notices.lost({Position{3}, Position{6}, LossReason::damage}, Timestamp{minute + 1, 0});
    notices.before(Position{6}, {minute + 9, 0}, renderer, *batch);
    REQUIRE(batch->records.size() == 1);
    const auto json = read_json(batch->records.content(batch->records.records().front()));
    CHECK(std::string(json["id"].GetString()) == "00000000000000a50000000000000005-g");
    const auto& notice = json["notice"];
    CHECK(std::string(notice["reason"].GetString()) == "damage");
    CHECK(notice["count"].GetUint64() == 3);
    CHECK(notice["first"].GetUint64() == 3);
    CHECK(notice["last"].GetUint64() == 5);
    CHECK(std::string(notice["destination"].GetString()) == "siem");
    CHECK(std::string(notice["from"].GetString()) < std::string(notice["until"].GetString()));
    CHECK(batch->totals.rendered == 0);
    CHECK(batch->notices[static_cast<std::size_t>(NoticeKind::gap)] == 1);
}

TEST_CASE("what a log has lost is told in the stream itself: what came and what is told is everything") {
    FilledSpool log({.all = 256 << 10, .segment = 32 << 10});
    for (int i = 0; i < 40; ++i) log.append_captured(100);
    BatchFiller filler(telling(), log.reader());
    const auto batch = filler.make_batch();
    const auto records = read_on(filler, *batch);
    const auto gap = notice_in(records, "gap");
    CHECK(read_json(records.front()).HasMember("notice"));
    CHECK(gap["notice"]["first"].GetUint64() == 1);
    const std::uint64_t events = records.size() - 1;
    CHECK(gap["notice"]["count"].GetUint64() + events == 4000);
    CHECK(batch->totals.rendered == events);
}

TEST_CASE("a minute that is over is told before the first event of the next one, with sums that add up") {
    FilledSpool log;
    log.append(frames(3), {minute + 1, 0});
    log.append(frames(2), {minute + 59, 0});
    log.append(frames(1), {minute + 60, 0});
    log.append_time({minute + 125, 0});
    BatchFiller filler(telling(), log.reader());
    const auto batch = filler.make_batch();
    const auto records = read_on(filler, *batch);
    CHECK(told(records) == "1 2 3 4 5 ledger(5)-l 6 ledger(1)-l");
    const auto ledger = notice_in(records, "ledger");
    CHECK(ledger["notice"]["first"].GetUint64() == 1);
    CHECK(ledger["notice"]["last"].GetUint64() == 5);
    CHECK(ledger["notice"]["read"].GetUint64() == 5);
    CHECK(ledger["notice"]["rendered"].GetUint64() == 5);
    CHECK(ledger["notice"]["lost"].GetUint64() == 0);
    // Nothing came in the last minute, and nothing has to be waited for.
    CHECK_FALSE(filler.notices().waits_for_time());
}

TEST_CASE("ledgers go on over a restart: each number is in one of them, wherever the reading was cut") {
    FilledSpool log;
    for (int i = 0; i < 8; ++i) log.append(frames(3), {minute + 20 * i, 0});
    BatchFiller whole(telling(), log.reader());
    const auto batch = whole.make_batch();
    const std::string once = told(read_on(whole, *batch));
    CHECK(once == "1 2 3 4 5 6 7 8 9 ledger(9)-l 10 11 12 13 14 15 16 17 18 ledger(9)-l 19 20 21 22 23 24");
    for (std::uint64_t cut = 1; cut < 25; ++cut) {
        CAPTURE(cut);
        BatchFiller before(telling(), log.reader());
        batch->clear(first_position);
        before.fill(*batch, roomy, Position{cut});
        std::vector<std::string> records;
        for (const auto& record : batch->records.records())
            records.emplace_back(batch->records.content(record));
        const NoticeState state = batch->notice_state;
        BatchFiller behind(telling(), log.reader(Position{cut}));
        behind.seek(place_at(Position{cut}, state));
        for (auto& record : read_on(behind, *batch)) records.push_back(std::move(record));
        CHECK(told(records) == once);
    }
}

TEST_CASE("a notice of intake is an event of its own number: it passes every filter and is counted as one") {
    FilledSpool log;
    log.append(frames(1), {minute, 0});
    Notice notice;
    notice.kind = NoticeKind::silent;
    REQUIRE(log.spool().append_notice(notice, "bind", {minute + 1, 0}).appended);
    DestinationConfig nothing = telling();
    nothing.stages.selection = Selection::none();
    BatchFiller filler(nothing, log.reader());
    const auto batch = filler.make_batch();
    CHECK(told(read_on(filler, *batch)) == "silent(0)");
    CHECK(batch->totals.read == 2);
    CHECK(batch->totals.filtered == 1);
    CHECK(batch->totals.rendered == 1);
}

TEST_CASE("switched off, nothing is told, and notices that are in the log count as filtered") {
    FilledSpool log;
    Notice notice;
    notice.kind = NoticeKind::silent;
    REQUIRE(log.spool().append_notice(notice, "bind", {minute, 0}).appended);
    log.append(frames(2), {minute + 100, 0});
    BatchFiller filler(json_destination(StdoutOptions{}), log.reader());
    const auto batch = filler.make_batch();
    CHECK(told(read_on(filler, *batch)) == "2 3");
    CHECK(batch->totals.filtered == 1);
}

TEST_CASE("a filter that passes nothing for ten minutes while frames come is told once") {
    FilledSpool log;
    for (int i = 0; i < 15; ++i) log.append(frames(2), {minute + 60 * i, 0});
    DestinationConfig nothing = telling();
    nothing.stages.selection = Selection::none();
    BatchFiller filler(nothing, log.reader());
    const auto batch = filler.make_batch();
    const auto records = read_on(filler, *batch);
    CHECK(std::count_if(records.begin(), records.end(), [](const std::string& record) {
              return record.find("nothing_passes") != std::string::npos;
          }) == 1);
    const auto json = notice_in(records, "nothing_passes");
    CHECK(json["notice"]["count"].GetUint64() == 20);
}

TEST_CASE(
    "an outage and dead letters are told at the next place, once at each, and again when that was not "
    "delivered") {
    FilledSpool log;
    log.append(frames(2), {minute, 0});
    BatchFiller filler(telling(), log.reader());
    const auto batch = filler.make_batch();
    (void)read_on(filler, *batch);
    const NoticeState state = batch->notice_state;
    RouteNotices& notices = filler.notices();
    CHECK_FALSE(notices.wait_at(filler.position()));
    notices.recovered(0, 5);
    CHECK_FALSE(notices.wait_at(filler.position()));
    notices.recovered(minute - 100, 5);
    notices.dead({3, 1, 4}, "400 no");
    notices.dead({4, 6, 9}, "401 never");
    CHECK(notices.wait_at(filler.position()));
    const auto records = read_on(filler, *batch);
    CHECK(told(records) == "recovered(5)-r dead_letter(7)-d");
    CHECK_FALSE(batch->empty());
    CHECK(std::string(notice_in(records, "dead_letter")["notice"]["words"].GetString()) == "400 no");
    CHECK(told(read_on(filler, *batch)).empty());
    filler.seek(place_at(filler.position(), state));
    CHECK(told(read_on(filler, *batch)) == "recovered(5)-r dead_letter(7)-d");
    Owed delivered;
    delivered.notices = batch->notices;
    notices.settled(delivered);
    filler.seek(place_at(filler.position(), state));
    CHECK(told(read_on(filler, *batch)).empty());
}

TEST_CASE("the stream of a route over an outage tells what it lost, and the ledger balances") {
    RouteWorld world({.all = 256 << 10, .segment = 32 << 10});
    world.start(telling(world.destination()));
    for (int i = 0; i < 40; ++i) {
        world.log.append_captured(100);
        (void)world.status();
    }
    REQUIRE(world.wait_for_state(RouteStatus::State::retrying));
    world.receiver.open();
    CHECK(wait_until(
        [&] { return world.status().notices[static_cast<std::size_t>(NoticeKind::recovered)] == 1; }));
    const RouteStatus last = world.stop();
    std::uint64_t events = 0;
    std::uint64_t lost = 0;
    bool recovered = false;
    for (const auto& line : world.receiver.lines()) {
        const auto json = read_json(line);
        if (!json.HasMember("notice")) {
            ++events;
        } else if (std::string(json["notice"]["what"].GetString()) == "gap") {
            lost += json["notice"]["count"].GetUint64();
            // The first of them lies before all that it has read.
            CHECK_FALSE(std::string_view(json["id"].GetString()).starts_with("0000000000000000"));
        } else {
            recovered = recovered || std::string(json["notice"]["what"].GetString()) == "recovered";
        }
    }
    CHECK(lost == lost_by(last, LossReason::retention));
    CHECK(lost > 0);
    CHECK(events + lost == 4000);
    CHECK(recovered);
}

TEST_CASE("a notice of dead letters that has to be told again is told as it was, and others beside it") {
    FilledSpool log;
    log.append(frames(2), {minute, 0});
    BatchFiller filler(telling(), log.reader());
    const auto batch = filler.make_batch();
    (void)read_on(filler, *batch);
    const NoticeState state = batch->notice_state;
    RouteNotices& notices = filler.notices();
    notices.dead({3, 1, 4}, "400 no");
    CHECK(told(read_on(filler, *batch)) == "dead_letter(3)-d");
    notices.dead({4, 6, 9}, "401 never");
    filler.seek(place_at(filler.position(), state));
    CHECK(told(read_on(filler, *batch)) == "dead_letter(3)-d");
    CHECK(notices.untold() == DeadEvents{7, 1, 9});
    Owed delivered;
    delivered.notices = batch->notices;
    notices.settled(delivered);
    CHECK(notices.untold() == DeadEvents{4, 6, 9});
    CHECK(told(read_on(filler, *batch)) == "dead_letter(4)-d");
}

// What dead_letter notices count.
std::uint64_t told_dead(const FarSide& far_side) {
    std::uint64_t sum = 0;
    std::vector<std::string> ids;
    for (const auto& line : far_side.notices()) {
        const auto json = read_json(line);
        if (std::string(json["notice"]["what"].GetString()) != "dead_letter") continue;
        sum += json["notice"]["count"].GetUint64();
        ids.emplace_back(json["id"].GetString());
    }
    std::sort(ids.begin(), ids.end());
    CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
    return sum;
}

// Refuses every tenth event, and takes notices only if it is asked to.
FarSide::Script refuses_tenths(bool takes_notices) {
    return [=](const FarSide::Sequences& records, std::size_t first) {
        if (!takes_notices && std::find(records.begin(), records.end(), 0u) != records.end())
            return answer(Outcome::Verdict::retry, "no notices");
        Outcome outcome = accept();
        for (std::size_t i = 0; i < records.size(); ++i)
            if (records[i] != 0 && records[i] % 10 == 0)
                outcome.refused_records.push_back(static_cast<std::uint32_t>(first + i));
        outcome.words = "400 no tenths";
        return outcome;
    };
}

TEST_CASE(
    "notices of dead letters count each of them once, over ends of the route and without further events") {
    RouteWorld world;
    const auto far_side = std::make_shared<FarSide>(refuses_tenths(false));
    const auto begin = [&] { start(world, far_side, telling(impatient(world))); };
    world.log.append_captured(100);
    begin();
    CHECK(wait_until([&] { return world.status().saved.totals.dead_lettered == 10; }));
    world.abandon();
    CHECK(told_dead(*far_side) == 0);
    far_side->change(refuses_tenths(true));
    begin();
    CHECK(wait_until([&] { return told_dead(*far_side) == 10; }));
    world.log.append_captured(50);
    CHECK(wait_until([&] { return told_dead(*far_side) == 15; }));
    world.stop();
    begin();
    world.log.append_captured(50);
    CHECK(wait_until([&] { return told_dead(*far_side) == 20; }));
    world.stop();
    CHECK(told_dead(*far_side) == 20);
}

}  // namespace
}  // namespace tapferry
