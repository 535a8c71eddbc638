#include "transports/kafka/topic.h"

#include <doctest/doctest.h>

namespace tapferry {

TEST_CASE("the topic of a type is named in small letters, and what has no type is a notice") {
    CHECK(kafka_topic("dns", MessageType::client_query) == "dns");
    CHECK(kafka_topic("{type}-x-{type}", MessageType::client_query) == "client_query-x-client_query");
    CHECK(kafka_topic("dns-{type}", MessageType::unknown) == "dns-notice");
    CHECK(is_topic_by_type("dns-{type}"));
    CHECK(!is_topic_by_type("dns"));
}

}  // namespace tapferry
