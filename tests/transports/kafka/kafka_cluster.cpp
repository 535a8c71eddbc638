#include "tests/transports/kafka/kafka_cluster.h"

#include <doctest/doctest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <iterator>
#include <set>

namespace tapferry {
namespace {

constexpr std::int16_t produce_request = 0;

rd_kafka_t* open(rd_kafka_type_t type, const std::map<std::string, std::string>& properties) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    std::array<char, 512> words{};
    for (const auto& [name, value] : properties)
        REQUIRE(rd_kafka_conf_set(conf, name.c_str(), value.c_str(), words.data(), words.size()) ==
                RD_KAFKA_CONF_OK);
    rd_kafka_conf_set_log_cb(conf, nullptr);
    rd_kafka_t* kafka = rd_kafka_new(type, conf, words.data(), words.size());
    REQUIRE_MESSAGE(kafka != nullptr, words.data());
    return kafka;
}

KeptMessage kept(const rd_kafka_message_t& message) {
    KeptMessage result;
    result.partition = message.partition;
    result.content.assign(static_cast<const char*>(message.payload), message.len);
    if (message.key != nullptr) result.key.emplace(static_cast<const char*>(message.key), message.key_len);
    result.time_ms = rd_kafka_message_timestamp(&message, nullptr);
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return result;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == 0; ++i)
        result.headers[name].assign(static_cast<const char*>(value), size);
    return result;
}

}  // namespace

KafkaCluster::KafkaCluster(int brokers)
    : host_(open(RD_KAFKA_PRODUCER, {})),
      cluster_(rd_kafka_mock_cluster_new(host_, brokers)),
      brokers_(brokers) {
    REQUIRE(cluster_ != nullptr);
}

KafkaCluster::~KafkaCluster() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(host_);
}

KafkaOptions KafkaCluster::options() const {
    KafkaOptions options;
    const std::string all = rd_kafka_mock_cluster_bootstraps(cluster_);
    for (std::size_t at = 0; at < all.size();) {
        const std::size_t end = std::min(all.find(',', at), all.size());
        // Nobody but librdkafka looks at them.
        options.brokers.push_back({{}, 0, {}, all.substr(at, end - at)});
        at = end + 1;
    }
    options.topic = "dns";
    options.format = "json";
    options.properties = {
        {"retry.backoff.ms", "10"}, {"reconnect.backoff.ms", "10"}, {"reconnect.backoff.max.ms", "50"}};
    return options;
}

void KafkaCluster::make_topic(const std::string& topic, int partitions, int replicas) {
    REQUIRE(rd_kafka_mock_topic_create(cluster_, topic.c_str(), partitions, replicas) ==
            RD_KAFKA_RESP_ERR_NO_ERROR);
}

void KafkaCluster::deny_topic(const std::string& topic) {
    rd_kafka_mock_topic_set_error(cluster_, topic.c_str(), RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
}

void KafkaCluster::allow_topic(const std::string& topic) {
    rd_kafka_mock_topic_set_error(cluster_, topic.c_str(), RD_KAFKA_RESP_ERR_NO_ERROR);
}

void KafkaCluster::answer_produce(std::initializer_list<int> errors) {
    std::vector<rd_kafka_resp_err_t> answers;
    for (const int error : errors) answers.push_back(static_cast<rd_kafka_resp_err_t>(error));
    rd_kafka_mock_push_request_errors_array(cluster_, produce_request, answers.size(), answers.data());
}

void KafkaCluster::set_leader(const std::string& topic, int partition, int broker) {
    REQUIRE(rd_kafka_mock_partition_set_leader(cluster_, topic.c_str(), partition, broker) ==
            RD_KAFKA_RESP_ERR_NO_ERROR);
}

void KafkaCluster::set_all_down(bool down) {
    for (int broker = 1; broker <= brokers_; ++broker)
        REQUIRE((down ? rd_kafka_mock_broker_set_down : rd_kafka_mock_broker_set_up)(cluster_, broker) ==
                RD_KAFKA_RESP_ERR_NO_ERROR);
}

void KafkaCluster::set_delay(int broker, std::chrono::milliseconds delay) {
    REQUIRE(rd_kafka_mock_broker_set_rtt(cluster_, broker, static_cast<int>(delay.count())) ==
            RD_KAFKA_RESP_ERR_NO_ERROR);
}

std::vector<KeptMessage> KafkaCluster::read(const std::string& topic) const {
    rd_kafka_t* consumer =
        open(RD_KAFKA_CONSUMER, {{"bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster_)},
                                 {"group.id", "reader"},
                                 {"enable.partition.eof", "true"},
                                 {"check.crcs", "true"}});
    const rd_kafka_metadata_t* metadata = nullptr;
    rd_kafka_topic_t* handle = rd_kafka_topic_new(consumer, topic.c_str(), nullptr);
    REQUIRE(rd_kafka_metadata(consumer, 0, handle, &metadata, 10000) == RD_KAFKA_RESP_ERR_NO_ERROR);
    const int partitions = metadata->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(handle);
    rd_kafka_topic_partition_list_t* all = rd_kafka_topic_partition_list_new(partitions);
    for (int i = 0; i < partitions; ++i)
        rd_kafka_topic_partition_list_add(all, topic.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(consumer, all);
    rd_kafka_topic_partition_list_destroy(all);
    std::map<int, std::vector<KeptMessage>> by_partition;
    // A partition may say more than once that it ends.
    std::set<int> ended;
    while (std::ssize(ended) < partitions) {
        rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 10000);
        REQUIRE(message != nullptr);
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            ended.insert(message->partition);
        else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            by_partition[message->partition].push_back(kept(*message));
        rd_kafka_message_destroy(message);
    }
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    std::vector<KeptMessage> messages;
    for (auto& [partition, kept_there] : by_partition)
        messages.insert(messages.end(), kept_there.begin(), kept_there.end());
    return messages;
}

}  // namespace tapferry
