#include "transports/kafka/properties.h"

#include <algorithm>

#include "tests/transports/transport_fixture.h"

namespace tapferry {

TEST_CASE("properties that the promise rests upon cannot be set, and the reason is given") {
    for (const char* name : {"acks",
                             "request.required.acks",
                             "enable.idempotence",
                             "message.timeout.ms",
                             "delivery.timeout.ms",
                             "retries",
                             "message.send.max.retries",
                             "queue.buffering.max.messages",
                             "queue.buffering.max.kbytes",
                             "queuing.strategy",
                             "enable.gapless.guarantee",
                             "transactional.id",
                             "delivery.report.only.error",
                             "dr_cb",
                             "dr_msg_cb",
                             "error_cb",
                             "log_cb",
                             "oauthbearer_token_refresh_cb",
                             "opaque",
                             "bootstrap.servers",
                             "metadata.broker.list",
                             "compression.codec",
                             "compression.type",
                             "plugin.library.paths",
                             "test.mock.num.brokers",
                             "log.queue",
                             "api.version.request"}) {
        const std::string words = fault_of_kafka_property(name, "1");
        CHECK_MESSAGE(!words.empty(), name);
        CHECK_MESSAGE(words.find("librdkafka 2") == std::string::npos, name, words);
    }
}

TEST_CASE("verification is switched off in one place only") {
    CHECK(!fault_of_kafka_property("enable.ssl.certificate.verification", "false").empty());
    CHECK(!fault_of_kafka_property("ssl.endpoint.identification.algorithm", "none").empty());
    CHECK(fault_of_kafka_property("enable.ssl.certificate.verification", "true").empty());
}

TEST_CASE("an unknown property and a value out of bounds are told in librdkafka's words") {
    const std::string version = "librdkafka " + kafka_library_version() + " says: ";
    CHECK(fault_of_kafka_property("linger.mss", "5") ==
          version + "No such configuration property: \"linger.mss\"");
    CHECK(fault_of_kafka_property("linger.ms", "many").starts_with(version));
    CHECK(fault_of_kafka_property("linger.ms", "-7").starts_with(version));
    CHECK(fault_of_kafka_property("linger.ms", "7").empty());
}

TEST_CASE("what a user sets comes before what the promise rests upon, and behind our defaults") {
    KafkaOptions options;
    options.brokers = {{"one", 1, {}, "one:1"}, {"::2", 2, {}, "[::2]:2"}};
    options.properties = {{"partitioner", "random"}, {"acks", "0"}};
    const auto properties = kafka_properties(options);
    const auto last = [&](std::string_view name) {
        return std::find_if(properties.rbegin(), properties.rend(),
                            [name](const auto& property) { return property.first == name; })
            ->second;
    };
    CHECK(last("partitioner") == "random");
    CHECK(last("acks") == "-1");
    CHECK(last("bootstrap.servers") == "one:1,[::2]:2");
}

TEST_CASE("that SCRAM fails with Kafka 4 is told as what a refused password may mean, and of nothing else") {
    const std::string refused = "Authentication failed: invalid credentials";
    const std::string none_there =
        "SASL SCRAM-SHA-512 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's "
        "supported "
        "mechanisms: ";
    CHECK(scram_hint("PLAIN", refused).empty());
    CHECK(scram_hint("SCRAM-SHA-512", none_there).empty());
    CHECK(scram_hint("SCRAM-SHA-512", refused).starts_with(" (or it is Kafka 4 ") ==
          scram_fails_with_kafka_4("SCRAM-SHA-512"));
}

}  // namespace tapferry
