#include "transports/kafka/kafka.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/transports/kafka/kafka_cluster.h"
#include "tests/transports/transport_fixture.h"

namespace tapferry {
namespace {

using Verdict = Outcome::Verdict;

struct Numbered {
    RecordBuffer records{Framing::headed, nullptr, RecordText::line, RecordKey::client};

    // Events of eight clients, with their sequence numbers as content.
    Numbered(std::uint64_t from, std::uint64_t to, MessageType type = MessageType::client_response) {
        for (std::uint64_t i = from; i < to; ++i) add(i, std::to_string(i), type);
    }
    void add(std::uint64_t sequence, std::string_view text, MessageType type = MessageType::client_response) {
        Event event;
        event.id = {7, sequence};
        event.time = {1'795'209'822, 123'456'789};
        event.type = type;
        event.query.address = {{192, 0, 2, static_cast<std::uint8_t>(sequence % 8)}, 4};
        records.open(event).append(text);
        records.close(event);
    }
};

// The contents of a topic as numbers, in order within each partition: a number that comes twice, or behind a
// greater one, is told.
std::set<std::uint64_t> numbers_in_order(const std::vector<KeptMessage>& messages) {
    std::set<std::uint64_t> all;
    std::map<int, std::uint64_t> last;
    for (const KeptMessage& message : messages) {
        const std::uint64_t number = std::stoull(message.content);
        CHECK_MESSAGE(all.insert(number).second, number, " came twice");
        const auto [before, first] = last.emplace(message.partition, number);
        CHECK_MESSAGE((first || before->second < number), number, " came behind ", before->second);
        before->second = number;
    }
    return all;
}

bool holds_all(const std::set<std::uint64_t>& numbers, std::uint64_t from, std::uint64_t to) {
    return numbers.size() == to - from && *numbers.begin() == from && *numbers.rbegin() == to - 1;
}

// Three brokers whose leaders a test changes, which the producer sees soon.
struct ChangingLeaders : KafkaCluster {
    ChangingLeaders() { make_topic("dns", 3, 3); }
    [[nodiscard]] KafkaOptions options() const {
        KafkaOptions options = KafkaCluster::options();
        options.properties.emplace_back("topic.metadata.refresh.fast.interval.ms", "20");
        return options;
    }
};

std::string words_of_trouble(Kafka& kafka) {
    const Deadline limit = long_from_now();
    while (now() < limit) {
        REQUIRE(!kafka.wait(now() + 10ms));
        if (const auto trouble = kafka.trouble()) return trouble->words;
    }
    return "none";
}

}  // namespace

TEST_CASE("a record is a message with its event's id, time, key and format") {
    KafkaCluster cluster(1);
    auto options = cluster.options();
    options.headers = {{"site", "fra1"}, {"empty", ""}};
    Kafka kafka(options);
    Numbered batch(41, 42);
    Event notice;
    notice.id = {7, 42, 'g'};
    batch.records.open(notice).append("no client");
    batch.records.close(notice);
    const auto outcome = deliver(kafka, {batch.records}, Ticket{1});
    CHECK(summary({outcome}) == "accepted 1");
    CHECK(outcome.handed_over);
    auto messages = cluster.read("dns");
    REQUIRE(messages.size() == 2);
    if (messages[0].content != "41") std::swap(messages[0], messages[1]);
    CHECK(messages[0].content == "41");
    CHECK(messages[0].key == "192.0.2.1");
    CHECK(messages[0].time_ms == 1'795'209'822'123);
    CHECK(messages[0].headers == std::map<std::string, std::string>{
                                     {"event-id", "00000000000000070000000000000029"},
                                     {"format", "json"},
                                     {"site", "fra1"},
                                     {"empty", ""},
                                 });
    CHECK(!messages[1].key.has_value());
    CHECK(messages[1].headers["event-id"] == "0000000000000007000000000000002a-g");
}

TEST_CASE("an event from the future is stored as one of now, because brokers refuse such times") {
    KafkaCluster cluster(1);
    Kafka kafka(cluster.options());
    RecordBuffer records(Framing::headed);
    Event event;
    event.time = {32'503'680'000, 0};
    records.open(event).append("from the year 3000");
    records.close(event);
    CHECK(summary({deliver(kafka, {records}, Ticket{1})}) == "accepted 1");
    CHECK(cluster.read("dns").front().time_ms < 32'503'680'000'000);
}

TEST_CASE("events of one key stay in order, and several batches are under way at a time") {
    KafkaCluster cluster;
    cluster.make_topic("dns", 4);
    Kafka kafka(cluster.options());
    const Numbered first(0, 500);
    const Numbered second(500, 1000);
    const Numbered third(1000, 1500);
    REQUIRE(kafka.submit({first.records}, Ticket{1}, now()));
    REQUIRE(kafka.submit({second.records}, Ticket{2}, now()));
    REQUIRE(kafka.submit({third.records}, Ticket{3}, now()));
    CHECK(summary(outcomes_of(kafka, 3)) == "accepted 1, accepted 2, accepted 3");
    const auto messages = cluster.read("dns");
    CHECK(holds_all(numbers_in_order(messages), 0, 1500));
    std::map<std::string, std::set<int>> partitions;
    for (const KeptMessage& message : messages) partitions[*message.key].insert(message.partition);
    CHECK(partitions.size() == 8);
    for (const auto& [key, its] : partitions) CHECK(its.size() == 1);
}

TEST_CASE("only a part of a batch goes when only that is asked for") {
    KafkaCluster cluster(1);
    Kafka kafka(cluster.options());
    const Numbered batch(0, 10);
    CHECK(summary({deliver(kafka, {batch.records, 3, 6}, Ticket{1})}) == "accepted 1");
    CHECK(holds_all(numbers_in_order(cluster.read("dns")), 3, 6));
}

TEST_CASE("a topic by type takes each message to the topic of its type, and notices to one of their own") {
    KafkaCluster cluster(1);
    auto options = cluster.options();
    options.topic = "dns-{type}";
    Kafka kafka(options);
    Numbered batch(1, 3, MessageType::client_query);
    batch.add(3, "3", MessageType::auth_response);
    batch.add(4, "4", MessageType::unknown);
    CHECK(summary({deliver(kafka, {batch.records}, Ticket{1})}) == "accepted 1");
    CHECK(holds_all(numbers_in_order(cluster.read("dns-client_query")), 1, 3));
    CHECK(holds_all(numbers_in_order(cluster.read("dns-auth_response")), 3, 4));
    CHECK(holds_all(numbers_in_order(cluster.read("dns-notice")), 4, 5));
}

TEST_CASE("what a broker asks to be repeated comes once and in order") {
    KafkaCluster cluster;
    cluster.make_topic("dns", 2);
    cluster.answer_produce({RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
                            RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                            RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR__TRANSPORT});
    Kafka kafka(cluster.options());
    const Numbered first(0, 1000);
    const Numbered second(1000, 2000);
    REQUIRE(kafka.submit({first.records}, Ticket{1}, now()));
    REQUIRE(kafka.submit({second.records}, Ticket{2}, now()));
    CHECK(summary(outcomes_of(kafka, 2)) == "accepted 1, accepted 2");
    CHECK(holds_all(numbers_in_order(cluster.read("dns")), 0, 2000));
}

TEST_CASE("when leaders change nothing is lost, comes twice or out of order") {
    ChangingLeaders cluster;
    auto options = cluster.options();
    // One request a partition: of what stands behind one that is repeated, the mock asks nothing.
    options.properties.emplace_back("linger.ms", "300");
    Kafka kafka(options);
    const Numbered batch(0, 3000);
    std::uint64_t ticket = 0;
    for (std::uint64_t from = 0; from < 3000; from += 500) {
        ++ticket;
        CHECK(summary({deliver(kafka, {batch.records, from, from + 500}, Ticket{ticket})}) ==
              "accepted " + std::to_string(ticket));
        for (int partition = 0; partition < 3; ++partition)
            cluster.set_leader("dns", partition, 1 + (static_cast<int>(ticket) + partition) % 3);
    }
    CHECK(holds_all(numbers_in_order(cluster.read("dns")), 0, 3000));
}

// The mock stores whatever comes, as a leader does that had nothing of a producer: behind what was sent to
// the leader before it and was not stored.
TEST_CASE("when leaders change while messages are under way none is lost") {
    ChangingLeaders cluster;
    auto options = cluster.options();
    options.properties.emplace_back("batch.num.messages", "50");  // many requests between two changes
    Kafka kafka(options);
    const Numbered batch(0, 3000);
    std::vector<std::uint32_t> again;
    const auto take = [&again](const Outcome& outcome) {
        CHECK((outcome.verdict == Verdict::accepted || outcome.verdict == Verdict::retry));
        again.insert(again.end(), outcome.retry_records.begin(), outcome.retry_records.end());
    };
    std::uint64_t ticket = 0;
    for (std::uint64_t from = 0; from < 3000; from += 500) {
        REQUIRE(kafka.submit({batch.records, from, from + 500}, Ticket{++ticket}, now()));
        for (int partition = 0; partition < 3; ++partition)
            cluster.set_leader("dns", partition, 1 + static_cast<int>(ticket + from / 500) % 3);
        take(outcomes_of(kafka, 1).front());
        while (!again.empty()) {
            const std::size_t index = again.back();
            again.pop_back();
            take(deliver(kafka, {batch.records, index, index + 1}, Ticket{++ticket}));
        }
    }
    std::set<std::uint64_t> stored;
    for (const KeptMessage& message : cluster.read("dns")) stored.insert(std::stoull(message.content));
    CHECK(holds_all(stored, 0, 3000));
}

TEST_CASE(
    "while no broker can be had its words are told, the batch is held on to, and comes once in the end") {
    KafkaCluster cluster;
    cluster.make_topic("dns", 4);
    Kafka kafka(cluster.options());
    const Numbered before(0, 100);
    CHECK(summary({deliver(kafka, {before.records}, Ticket{1})}) == "accepted 1");
    CHECK(!kafka.trouble());
    cluster.set_all_down(true);
    const Numbered batch(100, 1100);
    REQUIRE(kafka.submit({batch.records}, Ticket{2}, now()));
    CHECK(words_of_trouble(kafka) != "none");
    CHECK(!kafka.trouble()->needs_a_person);
    cluster.set_all_down(false);
    CHECK(summary(outcomes_of(kafka, 1)) == "accepted 2");
    CHECK(!kafka.trouble());
    CHECK(holds_all(numbers_in_order(cluster.read("dns")), 0, 1100));
}

TEST_CASE("brokers that are not there are told in the kernel's words, and ending does not wait for them") {
    KafkaOptions options;
    options.brokers = {{"127.0.0.1", 1, {}, "127.0.0.1:1"}};
    options.topic = "dns";
    Kafka kafka(options);
    const Numbered batch(0, 3);
    REQUIRE(kafka.submit({batch.records}, Ticket{1}, now()));
    const std::string words = words_of_trouble(kafka);
    CHECK_MESSAGE(words.find("Connection refused") != std::string::npos, words);
    CHECK_MESSAGE(words.find("(after") == std::string::npos, words);
}

TEST_CASE("bytes are free when the transport has ended, whatever was under way") {
    KafkaCluster cluster(1);
    cluster.set_delay(1, 2000ms);
    const auto batch = std::make_unique<Numbered>(0, 2000);
    Kafka kafka(cluster.options());
    REQUIRE(kafka.submit({batch->records}, Ticket{1}, now()));
    CHECK(!kafka.wait(now() + 200ms));
}

TEST_CASE("more than librdkafka has room for goes bit by bit") {
    KafkaCluster cluster(1);
    auto options = cluster.options();
    options.properties.emplace_back("message.max.bytes", "2000000");
    Kafka kafka(options);
    RecordBuffer records(Framing::headed);
    const Event event;
    for (int i = 0; i < 80; ++i) {
        records.open(event).append(std::string(1'000'000, 'x'));
        records.close(event);
    }
    REQUIRE(kafka.submit({records}, Ticket{1}, now()));
    CHECK(summary(outcomes_of(kafka, 1)) == "accepted 1");
}

}  // namespace tapferry
