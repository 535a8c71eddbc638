#include <algorithm>

#include "tests/agent/config/config_folder.h"

namespace tapferry {
namespace {

using namespace test;

const std::string least = "type = \"kafka\"\nbrokers = [\"a:9092\"]\ntopic = \"dns\"\n";

KafkaOptions kafka(const std::string& lines) {
    return std::get<KafkaOptions>(destination(least + lines).transport);
}

std::string property(const KafkaOptions& options, std::string_view name) {
    for (const auto& [known, value] : options.properties)
        if (known == name) return value;
    return "none";
}

bool tells(const std::string& lines, std::string_view words) {
    const auto told = faults(lines);
    INFO(lines, " told ", told.size(), " faults: ", told.empty() ? "" : told.front());
    return told.size() == 1 && told.front().find(words) != std::string::npos;
}

TEST_CASE("a kafka destination needs brokers and a topic, and has a default for all else") {
    const auto one = destination(least);
    const auto& options = std::get<KafkaOptions>(one.transport);
    REQUIRE(options.brokers.size() == 1);
    CHECK(options.brokers.front().host == "a");
    CHECK(options.brokers.front().port == 9092);
    CHECK(options.key == RecordKey::client);
    CHECK(options.format == "json");
    CHECK(property(options, "compression.codec") == "none");
    CHECK(property(options, "security.protocol") == "plaintext");
    CHECK(one.batch.max_events == 5000);
    CHECK(one.batch.max_bytes == 1 << 20);
    CHECK(destination(least + "batch = { max_events = 7 }").batch.max_events == 7);
    CHECK(one.where == "a:9092, topic dns");
    CHECK(tells("type = \"kafka\"\ntopic = \"dns\"", "brokers"));
    CHECK(tells("type = \"kafka\"\nbrokers = [\"a:9092\"]", "topic"));
    CHECK(tells("type = \"kafka\"\nbrokers = [\"a\"]\ntopic = \"dns\"", "\"a\" is not \"host:port\""));
    CHECK(tells("type = \"kafka\"\nbrokers = []\ntopic = \"dns\"", "at least one"));
    CHECK(tells("type = \"kafka\"\nbrokers = [\"unix:/run/k\"]\ntopic = \"dns\"", "is not \"host:port\""));
    CHECK(tells("type = \"kafka\"\nbrokers = [\"a:1\"]\ntopic = \"dns events\"", "letters"));
}

TEST_CASE("a topic by type takes a list of types and records of one event") {
    const std::string by_type = "type = \"kafka\"\nbrokers = [\"a:9092\"]\ntopic = \"dns-{type}\"\n";
    const std::string listed = "filter = { messages = [\"CR\"] }\n";
    CHECK(faults(by_type + listed).empty());
    CHECK(tells(by_type, "the filter must list"));
    CHECK(tells(by_type + "filter = { messages = \"all\" }", "the filter must list"));
    CHECK(tells(by_type + listed + "format = \"summary\"", "count events of several types"));
}

TEST_CASE("properties of librdkafka are taken as text, number or truth, unless the promise rests upon them") {
    const auto options = kafka(
        "[destinations.out.librdkafka]\n\"linger.ms\" = 7\n\"client.id\" = \"x\"\n"
        "\"socket.keepalive.enable\" = false\n");
    CHECK(property(options, "linger.ms") == "7");
    CHECK(property(options, "client.id") == "x");
    CHECK(property(options, "socket.keepalive.enable") == "false");
    const std::string table = least + "[destinations.out.librdkafka]\n";
    CHECK(tells(table + "acks = 1", "acks: is always -1"));
    CHECK(tells(table + "\"enable.idempotence\" = false", "is always true"));
    CHECK(tells(table + "\"linger.mss\" = 1", "No such configuration property"));
    CHECK(tells(table + "\"linger.ms\" = []", "a text, a whole number, true or false"));
    CHECK(tells(table + "\"max.in.flight\" = 100", "max.in.flight"));
    CHECK(tells(table + "\"group.id\" = \"x\"", "group.id"));
}

TEST_CASE("logging in takes what its mechanism takes, and nothing is given twice") {
    const ConfigFolder folder;
    folder.write("secret", "x\n");
    const std::string file = "\"" + folder.path("secret") + "\"\n";
    const std::string plain = "sasl_mechanism = \"PLAIN\"\nusername = \"u\"\n";
    const auto options = kafka(plain + "password_file = " + file);
    CHECK(property(options, "security.protocol") == "sasl_plaintext");
    CHECK(property(options, "sasl.mechanism") == "PLAIN");
    CHECK(options.password_file == folder.path("secret"));
    CHECK(property(kafka("sasl_mechanism = \"OAUTHBEARER\"\ntoken_file = " + file), "sasl.mechanism") ==
          "OAUTHBEARER");
    CHECK(tells(least + plain, "PLAIN takes"));
    CHECK(tells(least + "username = \"u\"", "goes with sasl_mechanism"));
    CHECK(tells(least + "token_file = " + file, "goes with sasl_mechanism"));
    CHECK(tells(least + plain + "password_file = \"/nowhere/p\"", "/nowhere/p: No such file"));
    CHECK(tells(least + plain + "password = \"p\"\npassword_file = " + file, "both given"));
    for (const std::string name : {"sasl.mechanism", "sasl.mechanisms"})
        CHECK(tells(least + plain + "password = \"p\"\nlibrdkafka = { \"" + name + "\" = \"PLAIN\" }",
                    "both given"));
    CHECK(tells(least + plain + "password = \"p\"\nlibrdkafka = { \"security.protocol\" = \"plaintext\" }",
                "has no login"));
}

TEST_CASE("SCRAM with a librdkafka that cannot log in to Kafka 4 is warned of") {
    ConfigFolder folder;
    folder.write(
        "tapferry.toml",
        with_destination(least + "sasl_mechanism = \"SCRAM-SHA-256\"\nusername = \"u\"\npassword = \"p\""));
    const auto warnings = folder.read().warnings;
    REQUIRE(warnings.size() == 1);
    CHECK(warnings.front().text.find("SCRAM to Kafka 4") != std::string::npos);
    CHECK(warnings.front().line != 0);
}

TEST_CASE("tls chooses the protocol, and takes nothing that librdkafka has no way to do") {
    const std::string plain = "sasl_mechanism = \"PLAIN\"\nusername = \"u\"\npassword = \"p\"\n";
    CHECK(property(kafka("tls = true"), "security.protocol") == "ssl");
    CHECK(property(kafka(plain + "tls = true"), "security.protocol") == "sasl_ssl");
    CHECK(destination(least + "tls = true").where == "a:9092, topic dns over TLS");
    CHECK(tells(least + "tls = { server_name = \"x\" }", "brokers name each other"));
    CHECK(tells(least + "tls = { min_version = \"1.3\" }", "OpenSSL allows"));
    CHECK(tells(
        least + "tls = true\nlibrdkafka = { \"ssl.ca.location\" = \"/etc/ssl/certs/ca-certificates.crt\" }",
        "both given"));
    CHECK(tells(least + "tls = true\nlibrdkafka = { \"security.protocol\" = \"plaintext\" }",
                "the table \"tls\""));
    CHECK(
        tells(least + "librdkafka = { \"enable.ssl.certificate.verification\" = false }", "insecure = true"));
}

TEST_CASE("headers are of the user's choice, but for those that every message has") {
    const auto options = kafka("[destinations.out.headers]\nsite = \"fra1\"\n");
    CHECK(options.headers == std::vector<std::pair<std::string, std::string>>{{"site", "fra1"}});
    CHECK(tells(least + "[destinations.out.headers]\nevent-id = \"x\"\n", "every message has anyway"));
}

TEST_CASE("the frame itself can be a message, and several lines cannot") {
    CHECK(faults(least + "format = \"dnstap\"").empty());
    CHECK(tells(least + "format = \"yaml\"", "several lines"));
}

}  // namespace
}  // namespace tapferry
