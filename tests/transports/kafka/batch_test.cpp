#include "transports/kafka/batch.h"

#include "tests/transports/transport_fixture.h"

namespace tapferry {
namespace {

using Indexes = std::vector<std::uint32_t>;
using Verdict = Outcome::Verdict;

// Records 2 to 5 of a buffer, all given.
struct Given {
    RecordBuffer records = many_records(8, 1, Framing::headed);
    KafkaBatch batch{{records, 2, 6}, Ticket{9}, 0};

    Given() {
        while (!batch.all_given()) batch.given();
    }
};

}  // namespace

TEST_CASE("a batch of messages is over when each was given and has its report") {
    const auto records = many_records(2, 1, Framing::headed);
    KafkaBatch batch({records}, Ticket{1}, 0);
    batch.given();
    batch.delivered(0);
    CHECK(!batch.over());
    batch.given();
    CHECK(!batch.over());
    batch.delivered(1);
    CHECK(batch.over());
    CHECK(batch.outcome().verdict == Verdict::accepted);
    CHECK(batch.outcome().ticket == Ticket{1});
}

TEST_CASE("of several failures that one decides that concerns most, and all of them go again") {
    Given given;
    given.batch.failed(2, {KafkaFate::too_big, false, "too big"});
    given.batch.delivered(3);
    given.batch.failed(4, {KafkaFate::again, true, "later"});
    given.batch.failed(5, {KafkaFate::refused_alone, false, "too long"});
    const Outcome outcome = given.batch.outcome();
    CHECK(outcome.verdict == Verdict::retry);
    CHECK(outcome.words == "later");
    CHECK(outcome.handed_over);
    CHECK(outcome.retry_records == Indexes{2, 4});
    CHECK(outcome.refused_records == Indexes{5});
}

TEST_CASE("what was delivered before a producer was given up does not go again") {
    Given given;
    given.batch.delivered(2);
    given.batch.failed(3, {KafkaFate::again, false, "purged"});
    const Outcome outcome = given.batch.give_up(Verdict::misconfigured, "wrong password");
    CHECK(outcome.verdict == Verdict::misconfigured);
    CHECK(outcome.words == "wrong password");
    CHECK(outcome.retry_records == Indexes{3, 4, 5});
    CHECK(outcome.handed_over);
}

TEST_CASE("a batch whose messages were all delivered is accepted though its producer was given up") {
    Given given;
    for (std::size_t i = 2; i < 6; ++i) given.batch.delivered(i);
    CHECK(given.batch.give_up(Verdict::retry, "fatal").verdict == Verdict::accepted);
}

}  // namespace tapferry
