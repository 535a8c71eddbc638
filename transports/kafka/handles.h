// Owns what librdkafka hands out.
#pragma once

#include <memory>

struct rd_kafka_conf_s;

namespace tapferry {

struct FreeKafkaConf {
    void operator()(rd_kafka_conf_s* conf) const;
};
using KafkaConf = std::unique_ptr<rd_kafka_conf_s, FreeKafkaConf>;

}  // namespace tapferry
