#include "agent/stages/pairing.h"

#include <doctest/doctest.h>

#include "tests/stages/exchange.h"

namespace tapferry {
namespace {

using namespace test;
using Outcome = Pairing::Outcome;

constexpr Timestamp start{1'790'000'000, 0};

Timestamp after(std::int64_t milliseconds) {
    return {start.seconds + milliseconds / 1000, static_cast<std::uint32_t>(milliseconds % 1000 * 1'000'000)};
}

// Feeds frames as the log would, numbered from 1 on.
class Feed {
  public:
    explicit Feed(PairingOptions options = {}) : pairing(options) {}

    Outcome take(const Frame& frame, Timestamp received = start, std::string_view input = "lab") {
        frame_ = frame;
        REQUIRE(decoder_.decode(frame_, {{7, ++sequence}, received, input}, event) == DecodeStatus::decoded);
        return pairing.take(event);
    }

    Pairing pairing;
    Event event;
    std::uint64_t sequence = 0;

  private:
    Frame frame_;
    Decoder decoder_;
};

struct Tally {
    std::size_t queries = 0;
    std::size_t paired = 0;
    std::size_t left = 0;  // that still wait
};

Tally tally(std::string_view capture) {
    Feed feed({std::chrono::milliseconds{5000}, 1'000'000});
    Tally tally;
    for (const Frame& frame : read_capture(capture)) {
        const Outcome outcome = feed.take(frame);
        if (!feed.event.is_response) ++tally.queries;
        if (outcome == Outcome::answers || outcome == Outcome::repeats) ++tally.paired;
    }
    tally.left = feed.pairing.open();
    return tally;
}

}  // namespace

TEST_CASE("a response tells when its query was asked, and the query waits no longer") {
    Feed feed;
    CHECK(feed.take(query({.seconds = 1'789'999'990, .nanoseconds = 5000})) == Outcome::waits);
    CHECK(feed.pairing.open() == 1);
    CHECK(feed.take(response({.seconds = 1'789'999'991})) == Outcome::answers);
    CHECK(feed.pairing.open() == 0);
    REQUIRE(feed.event.query_time);
    CHECK(*feed.event.query_time == Timestamp{1'789'999'990, 5000});
    CHECK(feed.event.time == Timestamp{1'789'999'991, 0});
}

TEST_CASE("a response alone goes on as it is, and so does the second one to a query") {
    Feed feed;
    CHECK(feed.take(response({})) == Outcome::alone);
    CHECK(!feed.event.query_time);
    (void)feed.take(query({}));
    CHECK(feed.take(response({})) == Outcome::answers);
    CHECK(feed.take(response({})) == Outcome::alone);
}

TEST_CASE("a response to another address, port, protocol, id, server or question is not the answer") {
    for (const Exchange& other :
         {Exchange{.port = 99}, Exchange{.id = 2}, Exchange{.name = "b.test"}, Exchange{.identity = "ns2"},
          Exchange{.qtype = 28}, Exchange{.client = 2}, Exchange{.server = 54}, Exchange{.server_port = 54},
          Exchange{.protocol = 2}}) {
        Feed feed;
        (void)feed.take(query({}));
        CHECK(feed.take(response(other)) == Outcome::alone);
        CHECK(feed.pairing.open() == 1);
    }
}

TEST_CASE(
    "the case of a name's letters does not part a query and its response, nor does a missing question") {
    Feed feed;
    (void)feed.take(query({.name = "wWw.ExAmple.test"}));
    CHECK(feed.take(response({.name = "www.example.TEST"})) == Outcome::answers);
    (void)feed.take(query({}));
    CHECK(feed.take(response({.name = ""})) == Outcome::answers);
}

TEST_CASE("the same message of another input is not the answer") {
    Feed feed;
    (void)feed.take(query({}), start, "lab");
    CHECK(feed.take(response({}), start, "attic") == Outcome::alone);
    CHECK(feed.take(response({}), start, "lab") == Outcome::answers);
}

TEST_CASE("a response that knows itself when its query was asked is believed") {
    Feed feed;
    (void)feed.take(query({.seconds = 1'789'999'990}));
    CHECK(feed.take(response({.own_query_time = 1'789'999'980})) == Outcome::answers);
    CHECK(feed.event.query_time == Timestamp{1'789'999'980, 0});
}

TEST_CASE("a query too long to be kept goes on as it is, and so does news of a domain") {
    Feed feed;
    CHECK(feed.take(query({.identity = std::string(70'000, 'x')})) == Outcome::alone);
    CHECK(feed.pairing.open() == 0);
    (void)feed.take(query({}));
    feed.event.kind = EventKind::new_domain;
    CHECK(Pairing({}).take(feed.event) == Outcome::alone);
}

// BIND calls a query one of authority and its response one to a client, as flags want it.
TEST_CASE("types do not part a query and its response") {
    Feed feed;
    (void)feed.take(query({}, MessageType::auth_query));
    CHECK(feed.take(response({}, MessageType::client_response)) == Outcome::answers);
}

TEST_CASE("the same question again takes the place of the first; another one puts it out") {
    Feed feed;
    (void)feed.take(query({.seconds = 1'789'999'990}));
    CHECK(feed.take(query({.seconds = 1'789'999'992})) == Outcome::repeats);
    CHECK(feed.pairing.put_out() == nullptr);
    CHECK(feed.pairing.open() == 1);
    CHECK(feed.take(query({.name = "b.test"})) == Outcome::waits);
    REQUIRE(feed.pairing.put_out() != nullptr);
    CHECK(feed.pairing.put_out()->id.sequence == 2);
    CHECK(feed.pairing.open() == 1);
    CHECK(feed.take(response({.name = "b.test"})) == Outcome::answers);
    CHECK(feed.pairing.put_out() == nullptr);
}

TEST_CASE("a zone transfer goes on as it is, for its query may never see the end of its answers") {
    for (const std::uint8_t qtype : {std::uint8_t{251}, std::uint8_t{252}}) {
        Feed feed;
        CHECK(feed.take(query({.qtype = qtype})) == Outcome::alone);
        CHECK(feed.pairing.open() == 0);
        CHECK(feed.take(response({.qtype = qtype})) == Outcome::alone);
        CHECK(!feed.event.query_time);
    }
    for (const std::uint8_t qtype : {std::uint8_t{250}, std::uint8_t{253}}) {
        Feed feed;
        CHECK(feed.take(query({.qtype = qtype})) == Outcome::waits);
    }
}

TEST_CASE("where no port is told, queries of different names are different queries") {
    Feed feed;
    CHECK(feed.take(query({.port = 0})) == Outcome::waits);
    CHECK(feed.take(query({.port = 0, .name = "b.test"})) == Outcome::waits);
    CHECK(feed.pairing.put_out() == nullptr);
    CHECK(feed.take(response({.port = 0})) == Outcome::answers);
    CHECK(feed.take(response({.port = 0, .name = "b.test"})) == Outcome::answers);
}

TEST_CASE("a query is due when its time is over, or the clock was set back by as much, and not before") {
    Feed feed({std::chrono::milliseconds{1500}, 10});
    (void)feed.take(query({}), after(10'000));
    CHECK(feed.pairing.due(std::nullopt) == nullptr);
    CHECK(feed.pairing.due(after(11'499)) == nullptr);
    CHECK(feed.pairing.due(after(8'501)) == nullptr);
    REQUIRE(feed.pairing.due(after(11'500)) != nullptr);
    CHECK(feed.pairing.due(after(8'500)) != nullptr);
    CHECK(feed.pairing.end_of(*feed.pairing.due(after(20'000))) == after(11'500));
    feed.pairing.let_go();
    CHECK(feed.pairing.due(after(20'000)) == nullptr);
    CHECK(feed.pairing.open() == 0);
}

TEST_CASE("of more queries than may wait the oldest is due, by number and by bytes") {
    Feed feed({std::chrono::milliseconds{5000}, 100});
    for (std::uint16_t id = 0; id < 101; ++id) (void)feed.take(query({.id = id}));
    REQUIRE(feed.pairing.due(start) != nullptr);
    CHECK(feed.pairing.due(start)->id.sequence == 1);
    feed.pairing.let_go();
    CHECK(feed.pairing.due(start) == nullptr);
    const std::string identity(20'000, 'x');
    for (std::uint16_t id = 0; id < 3; ++id) (void)feed.take(query({.id = id, .identity = identity}));
    CHECK(feed.pairing.due(start) != nullptr);
    while (feed.pairing.due(start) != nullptr) feed.pairing.let_go();
    CHECK(feed.pairing.open() == 2);
}

TEST_CASE("a query is unanswered only when its server told a response of that sort after it") {
    Feed feed;
    (void)feed.take(response({.id = 9}));
    (void)feed.take(query({.id = 1}));
    const auto is_unanswered = [&] { return feed.pairing.unanswered(*feed.pairing.oldest()); };
    CHECK(!is_unanswered());
    (void)feed.take(response({.id = 9, .identity = "ns2"}));
    CHECK(!is_unanswered());
    (void)feed.take(response({.id = 9}, MessageType::resolver_response));
    CHECK(!is_unanswered());
    (void)feed.take(response({.id = 9}, MessageType::auth_response));
    CHECK(is_unanswered());
}

TEST_CASE("of several servers each is known to tell responses") {
    Feed feed;
    for (const std::string identity : {"a", "b", "c"}) (void)feed.take(query({.identity = identity}));
    for (const std::string identity : {"a", "b", "c"})
        (void)feed.take(response({.id = 2, .identity = identity}));
    for (; feed.pairing.open() != 0; feed.pairing.let_go())
        CHECK(feed.pairing.unanswered(*feed.pairing.oldest()));
}

TEST_CASE("however many servers there are, the ones heard last are known") {
    Feed feed;
    (void)feed.take(query({.identity = "quiet"}));
    (void)feed.take(query({.identity = "ns999"}));
    (void)feed.take(response({.id = 2, .identity = "quiet"}));
    for (int i = 0; i < 1000; ++i) (void)feed.take(response({.id = 2, .identity = "ns" + std::to_string(i)}));
    CHECK(!feed.pairing.unanswered(*feed.pairing.oldest()));
    feed.pairing.let_go();
    CHECK(feed.pairing.unanswered(*feed.pairing.oldest()));
}

// What is left are queries that were never answered, and those of captures that end before the answer; what
// is neither paired nor left asked for a zone transfer.
TEST_CASE("of every server's captures the queries find their responses") {
    struct Row {
        std::string_view capture;
        std::size_t queries;
        std::size_t paired;
        std::size_t left;
    };
    for (const Row& row : {
             Row{"bind-rec", 464, 461, 3},
             Row{"bind-auth", 393, 380, 1},
             Row{"bind-fwd", 190, 185, 5},
             Row{"bind-mix", 25317, 25313, 4},
             Row{"bind-sec", 10, 7, 0},
             Row{"unbound", 592, 574, 18},
             Row{"unbound-tcp", 287, 272, 15},
             Row{"knot", 374, 369, 0},
             Row{"nsd", 404, 395, 1},
             Row{"kresd", 201, 201, 0},
             Row{"dnsdist", 207, 206, 1},
             Row{"dnsdist-tcp", 56, 55, 1},
             Row{"pdns", 191, 190, 1},
             Row{"pdns-tcp", 105, 104, 1},
             Row{"kdig", 43, 41, 1},
             Row{"knot-noquery", 65, 65, 0},
         }) {
        CAPTURE(row.capture);
        const Tally tallied = tally(row.capture);
        CHECK(tallied.queries == row.queries);
        CHECK(tallied.paired == row.paired);
        CHECK(tallied.left == row.left);
    }
}

}  // namespace tapferry
