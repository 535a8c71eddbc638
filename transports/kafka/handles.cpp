#include "transports/kafka/handles.h"

#include <librdkafka/rdkafka.h>

namespace tapferry {

void FreeKafkaConf::operator()(rd_kafka_conf_s* conf) const {
    rd_kafka_conf_destroy(conf);
}

}  // namespace tapferry
