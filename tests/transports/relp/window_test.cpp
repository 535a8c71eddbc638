#include "transports/relp/window.h"

#include "tests/transports/transport_fixture.h"
#include "transports/relp/frames.h"

namespace tapferry {
namespace {

constexpr std::size_t all = 1 << 20;

struct Window {
    explicit Window(std::size_t most) : window(most) { window.begin(2); }

    std::string fill(std::size_t enough = all) {
        std::string out;
        window.fill(out, enough);
        return out;
    }
    bool taken(std::uint32_t number) { return window.answered(number, {}); }

    RelpWindow window;
    RecordBuffer three = records_of({"a", "b", "c"}, Framing::none);
};

using Indexes = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("no more messages go out than the window holds, and an answer makes room for one") {
    Window one(2);
    one.window.lend(Ticket{1}, {one.three});
    CHECK(one.fill() == "2 syslog 1 a\n3 syslog 1 b\n");
    CHECK(one.fill().empty());
    REQUIRE(one.taken(2));
    CHECK(one.fill() == "4 syslog 1 c\n");
    CHECK(one.window.awaits());
}

TEST_CASE("of a window that was full a quarter is to be free before anything goes out again") {
    Window one(8);
    for (const std::uint64_t ticket : {1, 2, 3, 4}) one.window.lend(Ticket{ticket}, {one.three});
    CHECK(one.fill().ends_with("9 syslog 1 b\n"));
    REQUIRE(one.taken(2));
    CHECK(one.fill().empty());
    REQUIRE(one.taken(3));
    CHECK(one.fill(1) == "10 syslog 1 c\n");
    CHECK(one.fill() == "11 syslog 1 a\n");
    REQUIRE(one.taken(4));
    CHECK(one.fill().empty());
    (void)one.window.give_back(Outcome::Verdict::retry, "over");
    one.window.begin(2);
    one.window.lend(Ticket{5}, {one.three});
    CHECK(one.fill() == "2 syslog 1 a\n3 syslog 1 b\n4 syslog 1 c\n");
}

TEST_CASE("what goes out at once has an end, and goes on behind it") {
    Window one(100);
    one.window.lend(Ticket{1}, {one.three});
    CHECK(one.fill(1) == "2 syslog 1 a\n");
    CHECK(one.fill(14) == "3 syslog 1 b\n4 syslog 1 c\n");
}

TEST_CASE("a batch settles when all of it is answered, whatever the order of the answers") {
    Window one(100);
    one.window.lend(Ticket{1}, {one.three});
    one.window.lend(Ticket{2}, {one.three, 1, 2});
    CHECK(one.fill().ends_with("5 syslog 1 b\n"));
    for (const std::uint32_t number : {5, 4, 2}) {
        REQUIRE(one.taken(number));
        CHECK(!one.window.take_settled());
    }
    REQUIRE(one.taken(3));
    CHECK(!one.window.awaits());
    const auto outcome = one.window.take_settled();
    REQUIRE(outcome);
    CHECK(summary({*outcome, *one.window.take_settled()}) == "accepted 1, accepted 2");
    CHECK(outcome->handed_over);
    CHECK(!one.window.take_settled());
    CHECK(one.window.batches() == 0);
}

TEST_CASE("a message answered before an older one keeps its place until that one is") {
    Window one(2);
    one.window.lend(Ticket{1}, {one.three});
    (void)one.fill();
    REQUIRE(one.taken(3));
    CHECK(one.fill().empty());
    REQUIRE(one.taken(2));
    CHECK(one.fill() == "4 syslog 1 c\n");
}

TEST_CASE("each refused message is told by its place and its refusal's words, and the others are accepted") {
    Window one(100);
    one.window.lend(Ticket{1}, {one.three});
    (void)one.fill();
    REQUIRE(one.window.answered(4, "500 too late"));
    REQUIRE(one.window.answered(2, "500 too bad"));
    REQUIRE(one.taken(3));
    const auto outcome = one.window.take_settled();
    REQUIRE(outcome);
    CHECK(summary({*outcome}) == "accepted 1");
    CHECK(outcome->refused_records == Indexes{0, 2});
    CHECK(outcome->words_of(0) == "500 too bad");
    CHECK(outcome->words_of(2) == "500 too late");
    CHECK(outcome->words == "500 too bad");
}

TEST_CASE("a number that awaits no answer is told") {
    Window one(100);
    CHECK(!one.taken(2));
    one.window.lend(Ticket{1}, {one.three});
    CHECK(!one.taken(2));
    (void)one.fill();
    for (const std::uint32_t number : {0U, 1U, 5U, largest_relp_number}) CHECK(!one.taken(number));
    CHECK(one.taken(3));
    CHECK(!one.taken(3));
    CHECK(one.taken(2));
    CHECK(!one.taken(2));
}

TEST_CASE("when the session ends only what is not answered goes again") {
    Window one(4);
    one.window.lend(Ticket{1}, {one.three});
    one.window.lend(Ticket{2}, {one.three});
    one.window.lend(Ticket{3}, {one.three});
    (void)one.fill();
    REQUIRE(one.taken(2));
    REQUIRE(one.window.answered(4, "500 bad"));
    const auto outcomes = one.window.give_back(Outcome::Verdict::retry, "gone");
    CHECK(summary(outcomes) == "retry 1, retry 2, retry 3");
    CHECK(outcomes[0].retry_records == Indexes{1});
    CHECK(outcomes[0].refused_records == Indexes{2});
    CHECK(outcomes[0].words_of(2) == "500 bad");
    CHECK(outcomes[0].words == "gone");
    CHECK(outcomes[1].retry_records.empty());
    CHECK(outcomes[1].handed_over);
    CHECK(outcomes[1].words == "gone");
    CHECK(!outcomes[2].handed_over);
    CHECK(one.window.batches() == 0);
    CHECK(!one.window.awaits());
    // The next session knows nothing of it.
    one.window.begin(2);
    one.window.lend(Ticket{4}, {one.three, 2});
    CHECK(one.fill() == "2 syslog 1 c\n");
    CHECK(one.taken(2));
    CHECK(summary({*one.window.take_settled()}) == "accepted 4");
}

TEST_CASE("a batch that was answered whole is accepted even when the session ends") {
    Window one(100);
    one.window.lend(Ticket{1}, {one.three, 0, 1});
    one.window.lend(Ticket{2}, {one.three});
    (void)one.fill();
    REQUIRE(one.taken(2));
    CHECK(summary(one.window.give_back(Outcome::Verdict::retry, "gone")) == "accepted 1, retry 2");
}

TEST_CASE("numbers begin again at 1, and answers find their messages all the same") {
    Window one(100);
    one.window.begin(999'999'998);
    one.window.lend(Ticket{1}, {one.three});
    CHECK(one.fill() == "999999998 syslog 1 a\n999999999 syslog 1 b\n1 syslog 1 c\n");
    CHECK(one.window.next_number() == 2);
    CHECK(!one.taken(2));
    CHECK(one.taken(1));
    CHECK(one.taken(999'999'998));
    CHECK(one.taken(999'999'999));
    CHECK(summary({*one.window.take_settled()}) == "accepted 1");
}

}  // namespace tapferry
