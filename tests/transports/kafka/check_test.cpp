#include "transports/kafka/check.h"

#include <doctest/doctest.h>

namespace tapferry {

TEST_CASE("properties that do not go together, and ones of consumers, are told by librdkafka") {
    KafkaOptions options;
    options.brokers = {{"127.0.0.1", 1, {}, "127.0.0.1:1"}};
    options.topic = "dns";
    CHECK(fault_of_kafka(options).empty());
    options.properties = {{"max.in.flight", "10"}};
    CHECK(fault_of_kafka(options).find("max.in.flight") != std::string::npos);
    options.properties = {{"group.id", "siem"}};
    CHECK(fault_of_kafka(options).find("group.id") != std::string::npos);
    options.properties = {{"security.protocol", "ssl"}, {"ssl.ca.location", "/nowhere/ca.crt"}};
    CHECK(fault_of_kafka(options).find("ssl.ca.location") != std::string::npos);
}

}  // namespace tapferry
