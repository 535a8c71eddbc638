#include "agent/routes/late_stretches.h"

#include <doctest/doctest.h>

#include "agent/batches/crash_watch.h"
#include "tests/agent/filled_spool.h"
#include "tests/stages/exchange.h"

namespace tapferry {
namespace {

using namespace test;

LateStretch stretch(std::uint64_t from, std::uint64_t to, std::uint64_t open = 0) {
    LateStretch made;
    made.position = Position{from};
    made.to = Position{to};
    made.open = open;
    made.open_from = Position{from - open};
    return made;
}

DestinationConfig pairing() {
    auto destination = json_destination(StdoutOptions{});
    destination.transactions = PairingOptions{};
    return destination;
}

struct Stretches {
    explicit Stretches(const std::vector<LateStretch>& saved = {},
                       DestinationConfig made = json_destination(StdoutOptions{}))
        : destination(std::move(made)), late(destination, log.spool(), crashes, saved) {
        log.append_captured(1000);
    }
    void add(const LateStretch& one, std::uint64_t furthest = 1) { late.add({one, Position{furthest}}); }
    // All of the first is delivered.
    bool finish_first() {
        Stretch done;
        done.ticket = Ticket{++ticket};
        done.end = late.settled().front().to;
        late.cursor().submitted(done);
        late.cursor().settle(done.ticket, 0, 0);
        return late.go_on();
    }
    bool has_turn() const { return late.next_turn(in_flight) != LateStretches::Time::max(); }
    // The next batch, which is under way.
    std::unique_ptr<OpenBatch> fill(std::size_t max_events) {
        auto batch = late.fill(in_flight, {max_events, 64 << 20, {}});
        REQUIRE(batch);
        late.cursor().submitted(stretch_of(Ticket{++ticket}, *batch));
        return batch;
    }
    // It waits to be sent.
    Parcel& take_on(std::size_t max_events) {
        auto batch = fill(max_events);
        return in_flight.take_on(Ticket{ticket}, std::move(batch), Origin::late);
    }
    // It is sent.
    void send(std::size_t max_events) {
        Parcel& parcel = take_on(max_events);
        in_flight.lend(parcel, Ticket{++ticket}, max_events);
    }
    // It is delivered: how many records.
    std::size_t deliver(std::size_t max_events) {
        auto batch = fill(max_events);
        const std::size_t records = batch->records.size();
        in_flight.give_back(std::move(batch));
        late.cursor().settle(Ticket{ticket}, 0, 0);
        return records;
    }
    // What waits is given up, of a log that begins there.
    std::uint64_t give_up(std::uint64_t begin = 1) { return late.give_up(in_flight, Position{begin}); }
    std::string told() const {
        std::string text;
        for (const LateStretch& one : late.settled())
            text += (text.empty() ? "" : " ") + std::to_string(number(one.position)) + "-" +
                    std::to_string(number(one.to)) + (one.open != 0 ? " open" : "") +
                    (one.given_up ? " given up" : "");
        return text;
    }

    FilledSpool log;
    DestinationConfig destination;
    CrashWatch crashes;
    Feed feed{destination, log.spool(), log.reader(), nullptr};
    InFlight in_flight{feed.make_batches(4)};
    LateStretches late;
    std::uint64_t ticket = 0;
};

}  // namespace

TEST_CASE("a stretch that begins where the last one ends is a part of it, unless that one's turn has come") {
    Stretches stretches;
    stretches.add(stretch(11, 101));
    stretches.add(stretch(101, 201));
    CHECK(stretches.told() == "11-101 101-201");
    stretches.add(stretch(201, 301));
    CHECK(stretches.told() == "11-101 101-301");
    stretches.add(stretch(310, 401));
    CHECK(stretches.told() == "11-101 101-301 310-401");
    CHECK(stretches.late.has_room());
    stretches.add(stretch(401, 501, 3));
    CHECK(stretches.told() == "11-101 101-301 310-401 401-501 open");
    CHECK(!stretches.late.has_room());
}

TEST_CASE("a stretch is no part of one that was given up") {
    Stretches stretches({stretch(11, 101), stretch(101, 201)});
    CHECK(stretches.give_up() == 190);
    stretches.add(stretch(201, 301));
    CHECK(stretches.told() == "11-101 given up 101-201 given up 201-301");
    CHECK(stretches.give_up(251) == 50);
    CHECK(stretches.told() == "11-101 given up 101-201 given up 201-251 251-301 given up");
    CHECK(stretches.give_up(251) == 0);
}

TEST_CASE(
    "how far anything of a stretch may be at the far side is known when its turn comes, and no further") {
    Stretches stretches;
    stretches.add(stretch(11, 101), 61);
    CHECK(stretches.late.cursor().furthest() == Position{61});
    stretches.add(stretch(101, 201), 130);
    stretches.add(stretch(201, 301), 240);
    stretches.add(stretch(310, 401), 999);
    CHECK(!stretches.finish_first());
    CHECK(stretches.late.cursor().furthest() == Position{240});
    CHECK(!stretches.finish_first());
    CHECK(stretches.late.cursor().furthest() == Position{401});
    CHECK(stretches.finish_first());
    CHECK(!stretches.late.any());
}

TEST_CASE("what is saved of the first is how far it is") {
    Stretches stretches({stretch(11, 101), stretch(101, 201)});
    Stretch part;
    part.ticket = Ticket{1};
    part.end = Position{41};
    part.open = 2;
    part.open_from = Position{30};
    stretches.late.cursor().submitted(part);
    CHECK(stretches.told() == "11-101 101-201");
    stretches.late.cursor().settle(part.ticket, 0, 0);
    CHECK(stretches.told() == "41-101 open 101-201");
    // Queries that wait behind its last frame are a part of it.
    part.ticket = Ticket{2};
    part.end = Position{101};
    stretches.late.cursor().submitted(part);
    stretches.late.cursor().settle(part.ticket, 0, 0);
    CHECK(!stretches.late.go_on());
    CHECK(stretches.told() == "101-101 open 101-201");
}

TEST_CASE("queries that wait at the end of a stretch are told in as many batches as they need, and no more") {
    Stretches stretches({}, pairing());
    std::vector<Frame> queries;
    for (std::uint16_t id = 1; id <= 5; ++id) queries.push_back(query({.id = id}));
    stretches.log.append(queries);
    stretches.add(stretch(1001, 1006));
    std::size_t batches = 0, told = 0;
    for (; stretches.has_turn(); ++batches) {
        CHECK(!stretches.late.go_on());
        told += stretches.deliver(2);
    }
    CHECK(batches == 3);
    CHECK(told == 5);
    CHECK(stretches.late.go_on());
    CHECK(!stretches.late.any());
}

TEST_CASE("when all of a stretch is under way nothing is filled until that is settled") {
    Stretches stretches({stretch(11, 21), stretch(101, 111)});
    const Ticket name{stretches.ticket + 1};
    stretches.send(10);
    CHECK(!stretches.has_turn());
    stretches.late.cursor().settle(name, 0, 0);
    CHECK(!stretches.late.go_on());
    CHECK(stretches.has_turn());
    CHECK(stretches.fill(10)->begin == Position{101});
}

TEST_CASE("while a late batch waits to be sent no other is filled, nor into the last batch that there is") {
    Stretches stretches({stretch(11, 101)});
    Parcel& parcel = stretches.take_on(10);
    CHECK(!stretches.has_turn());
    stretches.in_flight.lend(parcel, Ticket{99}, 10);
    CHECK(stretches.has_turn());
    const auto spare = stretches.in_flight.take_spare();
    CHECK(stretches.has_turn());
    const auto another = stretches.in_flight.take_spare();
    CHECK(!stretches.has_turn());
}

TEST_CASE("while very many dead letters wait for the batches that they came with no other is filled") {
    Stretches stretches({stretch(11, 101)});
    auto batch = stretches.in_flight.take_spare();
    batch->dead_frames.resize(10'001);
    stretches.in_flight.take_on(Ticket{98}, std::move(batch));
    CHECK(!stretches.has_turn());
}

TEST_CASE("when the rest of a stretch is given up, the queries that wait behind what is under way are told") {
    Stretches stretches({}, pairing());
    std::vector<Frame> frames{query({.id = 1})};
    for (std::uint16_t id = 101; id <= 104; ++id) frames.push_back(response({.id = id}));
    stretches.log.append(frames);
    stretches.add(stretch(1001, 1006));
    stretches.send(1);
    stretches.take_on(1);
    CHECK(stretches.give_up() == 3);
    CHECK(stretches.told() == "1001-1003 1003-1006 given up");
    REQUIRE(stretches.has_turn());
    const auto batch = stretches.fill(10);
    CHECK(batch->begin == Position{1003});
    CHECK(batch->end == Position{1003});
    CHECK(batch->open == 0);
    REQUIRE(batch->records.size() == 1);
    CHECK(sequence_of(batch->records.content(batch->records.records()[0])) == 1001);
}

TEST_CASE("what is under way keeps what the log has dropped behind it; the rest is given up") {
    Stretches stretches({stretch(11, 101), stretch(201, 301), stretch(401, 501)});
    stretches.send(10);
    CHECK(stretches.give_up(51) == 250);
    CHECK(stretches.told() == "11-51 51-101 given up 201-301 given up 401-501 given up");
    REQUIRE(stretches.has_turn());
    const auto batch = stretches.fill(100);
    CHECK(batch->begin == Position{21});
    CHECK(batch->end == Position{51});
}

TEST_CASE("without room for its rest what is under way goes on whole, from where nothing was sent") {
    Stretches stretches({stretch(11, 101), stretch(201, 301), stretch(401, 501), stretch(601, 701)});
    stretches.send(10);
    stretches.take_on(10);
    CHECK(stretches.give_up() == 300);
    CHECK(stretches.told() == "11-101 201-301 given up 401-501 given up 601-701 given up");
    REQUIRE(stretches.has_turn());
    const auto batch = stretches.fill(100);
    CHECK(batch->begin == Position{21});
    CHECK(batch->end == Position{101});
}

}  // namespace tapferry
