#include "transports/kafka/topic_question.h"

#include <doctest/doctest.h>

#include "tests/transports/kafka/kafka_cluster.h"

namespace tapferry {
namespace {

using namespace std::chrono_literals;

using Kind = TopicAnswer::Kind;

constexpr auto long_enough = 60s;

}  // namespace

TEST_CASE("a topic that is there is told with its partitions, and one that brokers make is made") {
    KafkaCluster cluster(1);
    cluster.make_topic("dns", 1);
    const auto found = ask_for_topic(cluster.options(), MessageType::unknown, long_enough);
    CHECK(found.kind == Kind::there);
    CHECK(found.words == "dns, 1 partition");
    auto options = cluster.options();
    options.topic = "new-{type}";
    const auto made = ask_for_topic(options, MessageType::unknown, long_enough);
    CHECK(made.kind == Kind::there);
    CHECK(made.words.starts_with("new-notice, "));
}

TEST_CASE("a topic that brokers go on not knowing is missing") {
    KafkaCluster cluster(1);
    cluster.make_topic("dns", 1);
    cluster.deny_topic("dns");
    auto options = cluster.options();
    options.properties.emplace_back("topic.metadata.propagation.max.ms", "200");
    const auto answer = ask_for_topic(options, MessageType::unknown, long_enough);
    CHECK(answer.kind == Kind::missing);
    CHECK(answer.words == "Unknown topic \"dns\": the brokers have none of that name, and make none");
}

TEST_CASE("a topic is not missing before new ones have had their time") {
    KafkaCluster cluster(1);
    cluster.make_topic("dns", 1);
    cluster.deny_topic("dns");
    CHECK(ask_for_topic(cluster.options(), MessageType::unknown, 500ms).kind == Kind::none);
}

TEST_CASE("brokers that do not answer, and options that librdkafka will not have, leave it unknown") {
    KafkaCluster cluster(1);
    auto options = cluster.options();
    cluster.set_all_down(true);
    CHECK(ask_for_topic(options, MessageType::unknown, 300ms).kind == Kind::none);
    // Long before the time is over it is told that none can be had.
    CHECK(ask_for_topic(options, MessageType::unknown, 24h).kind == Kind::none);
    options.properties.emplace_back("max.in.flight", "10");
    CHECK(ask_for_topic(options, MessageType::unknown, long_enough).kind == Kind::none);
}

}  // namespace tapferry
