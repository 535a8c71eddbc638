// librdkafka's own mock of a Kafka cluster, in this process: brokers that answer as a test tells them, and
// what their topics hold.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "transports/kafka/options.h"
#include "transports/transport.h"

struct rd_kafka_s;
struct rd_kafka_mock_cluster_s;

namespace tapferry {

struct KeptMessage {
    int partition = 0;
    std::optional<std::string> key;
    std::string content;
    std::int64_t time_ms = 0;
    std::map<std::string, std::string> headers;
};

class KafkaCluster {
  public:
    explicit KafkaCluster(int brokers = 3);
    ~KafkaCluster();
    KafkaCluster(const KafkaCluster&) = delete;
    KafkaCluster& operator=(const KafkaCluster&) = delete;

    // For the topic "dns", with quick retries.
    [[nodiscard]] KafkaOptions options() const;
    void make_topic(const std::string& topic, int partitions, int replicas = 1);
    // Brokers say that there is none.
    void deny_topic(const std::string& topic);
    void allow_topic(const std::string& topic);
    // The next requests to store something are answered so, instead of being obeyed.
    void answer_produce(std::initializer_list<int> errors);
    void set_leader(const std::string& topic, int partition, int broker);
    void set_all_down(bool down);
    // An answer takes so long.
    void set_delay(int broker, std::chrono::milliseconds delay);
    // Everything that the topic holds, by partition in order.
    [[nodiscard]] std::vector<KeptMessage> read(const std::string& topic) const;

  private:
    rd_kafka_s* host_;
    rd_kafka_mock_cluster_s* cluster_;
    int brokers_;
};

}  // namespace tapferry
