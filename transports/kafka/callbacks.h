// What librdkafka calls: each with the KafkaProducer that it belongs to, and all but the check of a
// certificate from KafkaProducer::poll() and close().
#pragma once

struct rd_kafka_conf_s;

namespace tapferry {

class KafkaProducer;

struct KafkaCallbacks {
    // `tokens`: it is asked for bearer tokens.
    static void set(rd_kafka_conf_s* conf, KafkaProducer& producer, bool tokens);
};

}  // namespace tapferry
