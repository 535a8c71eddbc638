#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <fstream>

#include "tests/transports/kafka/kafka_cluster.h"
#include "tests/transports/transport_fixture.h"
#include "transports/kafka/kafka.h"

namespace tapferry {
namespace {

RecordBuffer keyed_records(std::size_t count) {
    RecordBuffer records(Framing::headed, nullptr, RecordText::line, RecordKey::client);
    Event event;
    for (std::size_t i = 0; i < count; ++i) {
        event.id = {7, i};
        event.query.address = {{192, 0, 2, static_cast<std::uint8_t>(i)}, 4};
        records.open(event).append(std::to_string(i));
        records.close(event);
    }
    return records;
}

// A broker that answers the next requests with these errors, and records for it.
struct Refusing {
    Refusing(std::initializer_list<int> errors, std::size_t count, int partitions = 1)
        : records(keyed_records(count)) {
        cluster.make_topic("dns", partitions);
        cluster.answer_produce(errors);
    }
    Outcome send(std::uint64_t ticket = 1) { return deliver(kafka, {records}, Ticket{ticket}); }

    KafkaCluster cluster{1};
    RecordBuffer records;
    Kafka kafka{cluster.options()};
};

}  // namespace

TEST_CASE("when a request is too big, its messages alone are named, and the others are accepted") {
    Refusing broker({RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE}, 200, 2);
    const auto outcome = broker.send();
    CHECK(summary({outcome}) == "too_big 1");
    CHECK(outcome.words == "Broker: Message size too large (topic dns)");
    const auto kept = broker.cluster.read("dns");
    REQUIRE(!outcome.retry_records.empty());
    CHECK(outcome.retry_records.size() + kept.size() == 200);
    for (const KeptMessage& message : kept)
        CHECK(!std::binary_search(outcome.retry_records.begin(), outcome.retry_records.end(),
                                  static_cast<std::uint32_t>(std::stoul(message.content))));
}

TEST_CASE("a record longer than librdkafka sends is refused alone") {
    KafkaCluster cluster(1);
    auto options = cluster.options();
    options.properties.emplace_back("message.max.bytes", "1000");
    Kafka kafka(options);
    const std::string much(1001, 'x');
    const auto records = records_of({"one", much, "three"}, Framing::headed);
    const auto outcome = deliver(kafka, {records}, Ticket{1});
    CHECK(summary({outcome}) == "accepted 1");
    CHECK(outcome.refused_records == std::vector<std::uint32_t>{1});
    CHECK(outcome.retry_records.empty());
    CHECK(outcome.words == "1001 bytes: longer than message.max.bytes");
    CHECK(cluster.read("dns").size() == 2);
}

TEST_CASE("what a topic's rules refuse is refused, and it is not known which record is at fault") {
    for (const int error : {RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, RD_KAFKA_RESP_ERR_INVALID_RECORD}) {
        Refusing broker({error}, 3);
        const auto outcome = broker.send();
        CHECK(summary({outcome}) == "refused 1");
        CHECK(outcome.refused_records.empty());
        CHECK(outcome.retry_records == std::vector<std::uint32_t>{0, 1, 2});
        CHECK(outcome.words.find("(topic dns)") != std::string::npos);
    }
}

TEST_CASE("a topic that one may not write to is a matter for a person, and nothing of it is refused") {
    Refusing broker({RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED}, 5);
    const auto outcome = broker.send();
    CHECK(summary({outcome}) == "misconfigured 1");
    CHECK(outcome.words == "Broker: Topic authorization failed (topic dns)");
    CHECK(outcome.refused_records.empty());
    CHECK(summary({broker.send(2)}) == "accepted 2");
    CHECK(broker.cluster.read("dns").size() == 5);
}

TEST_CASE("a topic that is missing is waited for, and found as soon as it is there") {
    KafkaCluster cluster(1);
    cluster.make_topic("dns", 1);
    cluster.deny_topic("dns");
    auto options = cluster.options();
    options.properties.emplace_back("topic.metadata.propagation.max.ms", "0");
    Kafka kafka(options);
    const auto records = keyed_records(5);
    for (std::uint64_t i = 1; i <= 2; ++i) {
        const auto outcome = deliver(kafka, {records}, Ticket{i});
        CHECK(summary({outcome}) == "misconfigured " + std::to_string(i));
        CHECK(outcome.words == "Unknown topic \"dns\": the brokers have none of that name, and make none");
        CHECK(!outcome.handed_over);
    }
    cluster.allow_topic("dns");
    CHECK(summary({deliver(kafka, {records}, Ticket{3})}) == "accepted 3");
    CHECK(cluster.read("dns").size() == 5);
}

TEST_CASE("a producer that failed for good is replaced, and what it had comes back") {
    Refusing broker({RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                     RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID},
                    50);
    std::uint64_t ticket = 0;
    Outcome outcome;
    do {
        outcome = broker.send(++ticket);
        CHECK((outcome.verdict == Outcome::Verdict::retry || outcome.verdict == Outcome::Verdict::accepted));
    } while (outcome.verdict != Outcome::Verdict::accepted && ticket < 10);
    CHECK(outcome.verdict == Outcome::Verdict::accepted);
    CHECK(broker.cluster.read("dns").size() == 50);
}

TEST_CASE("options that librdkafka will not have are a matter for a person, and read again each time") {
    KafkaCluster cluster(1);
    const TemporaryFolder folder;
    auto options = cluster.options();
    options.password_file = folder.path("password");
    Kafka kafka(options);
    const auto records = keyed_records(2);
    const auto outcome = deliver(kafka, {records}, Ticket{1});
    CHECK(summary({outcome}) == "misconfigured 1");
    CHECK(outcome.words == options.password_file + ": No such file or directory");
    CHECK(!outcome.handed_over);
    write_secret(options.password_file, "secret\n");
    CHECK(summary({deliver(kafka, {records}, Ticket{2})}) == "accepted 2");
}

}  // namespace tapferry
