#include "tests/agent/batches/held_log.h"
#include "tests/agent/json_lines.h"

namespace tapferry {
namespace {

using namespace test;

DestinationConfig pairing_destination(std::size_t max_open = 1000) {
    auto destination = json_destination(StdoutOptions{});
    destination.transactions = PairingOptions{std::chrono::milliseconds{200}, max_open};
    return destination;
}

std::size_t count_kind(const std::vector<std::string>& records, std::string_view kind) {
    return static_cast<std::size_t>(
        std::count_if(records.begin(), records.end(), [&](const std::string& record) {
            return record.find("\"kind\":\"" + std::string{kind} + "\"") != std::string::npos;
        }));
}

std::size_t count_with(const std::vector<std::string>& records, std::string_view text) {
    return static_cast<std::size_t>(std::count_if(records.begin(), records.end(), [&](const auto& record) {
        return record.find(text) != std::string::npos;
    }));
}

}  // namespace

TEST_CASE("wherever a route starts anew, the records are those of a route that never stopped") {
    for (unsigned seed = 1; seed <= 12; ++seed) {
        CAPTURE(seed);
        FilledSpool log({.all = 1 << 30, .segment = 4000});
        RandomLog(seed, seed % 3 == 0).append_to(log, 150);
        // Sometimes so few may wait that the oldest has to go.
        const auto destination = pairing_destination(seed % 2 == 0 ? 1000 : 5);
        BatchFiller filler(destination, log.reader());
        const Reading whole = read_from(filler, {}, 1 + seed % 7);
        REQUIRE(whole.balanced());
        REQUIRE(whole.totals.paired > 0);
        REQUIRE(count_kind(whole.records, "unanswered") > 0);
        REQUIRE(count_with(whole.records, "\"latency\"") > 0);
        for (std::size_t i = 0; i < whole.cuts.size(); i += 1 + seed % 5) {
            const Cut& cut = whole.cuts[i];
            CAPTURE(number(cut.position));
            BatchFiller anew(destination, log.reader());
            const Reading rest = read_from(anew, cut, 1 + i % 9);
            REQUIRE(rest.balanced(cut));
            REQUIRE(rest.unread == 0);
            REQUIRE(std::equal(rest.records.begin(), rest.records.end(),
                               whole.records.begin() + static_cast<std::ptrdiff_t>(cut.records),
                               whole.records.end()));
            // Going back is starting anew.
            const Reading again = read_from(filler, cut, 3);
            REQUIRE(again.records == rest.records);
        }
    }
}

TEST_CASE("how the log is cut into batches does not change what is paired and what is unanswered") {
    FilledSpool log;
    RandomLog(5, false).append_to(log, 200);
    BatchFiller filler(pairing_destination(), log.reader());
    const Reading whole = read_from(filler, {}, 100'000);
    for (const std::size_t events : {1u, 2u, 7u, 50u})
        CHECK(read_from(filler, {}, events).records == whole.records);
}

TEST_CASE("what a position needs is there when the log is trimmed up to its oldest waiting query") {
    FilledSpool log({.all = 1 << 30, .segment = 2000});
    RandomLog(3, false).append_to(log, 200);
    BatchFiller filler(pairing_destination(), log.reader());
    const Reading whole = read_from(filler, {}, 10);
    for (std::size_t i = 0; i < whole.cuts.size(); i += 7) {
        const Cut& cut = whole.cuts[i];
        log.spool().trim(cut.open_from);
        BatchFiller anew(pairing_destination(), log.reader(log.spool().begin()));
        const Reading rest = read_from(anew, cut, 10);
        REQUIRE(rest.unread == 0);
        REQUIRE(rest.records.size() == whole.records.size() - cut.records);
    }
    CHECK(number(log.spool().begin()) > 1);
}

TEST_CASE("waiting queries that the log has dropped are lost, and the sums still add up") {
    FilledSpool log({.all = 1 << 30, .segment = 500});
    std::vector<Frame> frames;
    for (std::uint16_t id = 0; id < 20; ++id) log.append({query({.id = id})}, {1'790'000'000, 0});
    BatchFiller filler(pairing_destination(), log.reader());
    const Reading before = read_from(filler, {}, 10);
    const Cut cut = before.cuts.back();
    REQUIRE(cut.open == 20);
    log.append({response({.id = 0}), response({.id = 19})}, {1'790'000'000, 0});
    log.append_time({1'790'000'001, 0});
    log.spool().trim(Position{11});
    const std::uint64_t gone = number(log.spool().begin()) - 1;
    REQUIRE(gone > 0);
    const Reading rest = read_from(filler, cut, 10);
    CHECK(rest.unread == gone);
    CHECK(rest.totals.lost[static_cast<std::size_t>(LossReason::retention)] == gone);
    CHECK(rest.balanced(cut));
    CHECK(rest.totals.paired == 1);
    CHECK(count_kind(rest.records, "unanswered") == 19 - gone);
}

TEST_CASE("time alone makes a waiting query unanswered, and its event has the query's id and time") {
    FilledSpool log;
    log.append({query({.id = 1}), query({.id = 2, .name = "b.test"}), response({.id = 1})},
               {1'790'000'000, 0});
    BatchFiller filler(pairing_destination(), log.reader());
    const Reading before = read_from(filler, {}, 10);
    CHECK(before.records.size() == 1);
    CHECK(before.cuts.back().open == 1);
    CHECK(before.cuts.back().open_from == Position{2});
    log.append_time({1'790'000'000, 199'000'000});
    CHECK(read_from(filler, before.cuts.back(), 10).records.empty());
    log.append_time({1'790'000'000, 200'000'000});
    const Reading after = read_from(filler, before.cuts.back(), 10);
    REQUIRE(after.records.size() == 1);
    const auto json = read_json(std::string_view{after.records[0]}.substr(33));
    CHECK(sequence_of(std::string_view{after.records[0]}.substr(33)) == 2);
    CHECK(std::string{json["kind"].GetString()} == "unanswered");
    CHECK(std::string{json["qname"].GetString()} == "b.test");
    CHECK(std::string{json["input"].GetString()} == "bind");
    CHECK(after.cuts.back().open == 0);
    CHECK(after.cuts.back().position == before.cuts.back().position);
}

TEST_CASE("with the usual selection only unanswered queries are told of those that wait") {
    FilledSpool log;
    auto destination = pairing_destination();
    destination.stages.selection = Selection::usual();
    log.append(
        {query({.id = 1}), query({.id = 2}), query({.id = 3, .identity = "mute"}), response({.id = 1})},
        {1'790'000'000, 0});
    log.append_time({1'790'000'005, 0});
    BatchFiller filler(destination, log.reader());
    const Reading reading = read_from(filler, {}, 10);
    CHECK(reading.records.size() == 2);
    CHECK(count_kind(reading.records, "unanswered") == 1);
    CHECK(reading.totals.paired == 1);
    CHECK(reading.totals.filtered == 1);
    CHECK(reading.balanced());
}

TEST_CASE("when pairing is switched off, what waited is told as it is and nothing waits any more") {
    FilledSpool log;
    log.append({query({.id = 1}), query({.id = 2})}, {1'790'000'000, 0});
    BatchFiller filler(pairing_destination(), log.reader());
    const Cut cut = read_from(filler, {}, 10).cuts.back();
    REQUIRE(cut.open == 2);
    log.append({query({.id = 3}), response({.id = 1})}, {1'790'000'000, 0});
    BatchFiller plain(json_destination(StdoutOptions{}), log.reader());
    const Reading rest = read_from(plain, cut, 10);
    CHECK(rest.records.size() == 4);
    CHECK(rest.totals.paired == 0);
    CHECK(rest.cuts.back().open == 0);
    CHECK(rest.balanced(cut));
    CHECK(count_with(rest.records, "\"latency\"") == 0);
}

}  // namespace tapferry
