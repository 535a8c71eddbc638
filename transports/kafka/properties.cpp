#include "transports/kafka/properties.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "transports/kafka/handles.h"

namespace tapferry {
namespace {

constexpr const char* topic_patience = "topic.metadata.propagation.max.ms";

struct Reserved {
    std::string_view name;
    std::string_view reason;
};

constexpr std::string_view all_replicas = "is always -1: delivered means that every replica in sync has it";
constexpr std::string_view never_times_out =
    "is always 0: librdkafka would drop records in silence, and how long they are kept is for the spool to "
    "decide";
constexpr std::string_view endless_retries =
    "is always without limit: librdkafka would drop records, and the spool has them anyway";
constexpr std::string_view bounded_by_batch =
    "is Tapferry's own: how much is under way is decided by the destination's \"batch\"";
constexpr std::string_view no_transactions =
    "would hide all records from consumers that read committed ones: Tapferry opens no transactions";
constexpr std::string_view own_callback = "is Tapferry's own: outcomes and errors are read from it";
constexpr std::string_view key_brokers = "is the key \"brokers\"";
constexpr std::string_view key_compression = "is the key \"compression\"";

constexpr std::array reserved{
    Reserved{"acks", all_replicas},
    Reserved{"api.version.request",
             "is always true: without it brokers are spoken to in a protocol that "
             "has no idempotence"},
    Reserved{"bootstrap.servers", key_brokers},
    Reserved{"builtin.features", "cannot be changed"},
    Reserved{"compression.codec", key_compression},
    Reserved{"compression.type", key_compression},
    Reserved{"debug",
             "fills a log that nobody reads: what librdkafka has to say goes into Tapferry's own "
             "words"},
    Reserved{"delivery.report.only.error",
             "is always false: without reports nothing is known to be "
             "delivered"},
    Reserved{"delivery.timeout.ms", never_times_out},
    Reserved{"enable.gapless.guarantee",
             "is an experiment of librdkafka's, and stops the producer where "
             "Tapferry would send again"},
    Reserved{"enable.idempotence", "is always true: without it a retry repeats and reorders records"},
    Reserved{"enabled_events", own_callback},
    Reserved{"interceptors", own_callback},
    Reserved{"log.queue", own_callback},
    Reserved{"message.send.max.retries", endless_retries},
    Reserved{"message.timeout.ms", never_times_out},
    Reserved{"metadata.broker.list", key_brokers},
    Reserved{"opaque", own_callback},
    Reserved{"plugin.library.paths", "would load foreign code into the agent"},
    Reserved{"produce.offset.report", own_callback},
    Reserved{"queue.buffering.max.kbytes", bounded_by_batch},
    Reserved{"queue.buffering.max.messages", bounded_by_batch},
    Reserved{"queuing.strategy", "is always fifo: records would be reordered"},
    Reserved{"request.required.acks", all_replicas},
    Reserved{"retries", endless_retries},
    Reserved{"test.mock.num.brokers", "would deliver to brokers that are not there"},
    Reserved{"transaction.timeout.ms", no_transactions},
    Reserved{"transactional.id", no_transactions},
};

bool is_off(std::string_view value) {
    return value == "false" || value == "f" || value == "0" || value == "none";
}

std::string_view reason_against(const std::string& name, const std::string& value) {
    const auto* found =
        std::find_if(reserved.begin(), reserved.end(), [&](const Reserved& one) { return one.name == name; });
    if (found != reserved.end()) return found->reason;
    if (name.ends_with("_cb")) return own_callback;
    if (name == "enable.ssl.certificate.verification" && is_off(value))
        return "can only be switched off by tls = { verify = false, insecure = true }";
    if (name == "ssl.endpoint.identification.algorithm" && is_off(value))
        return "can only be switched off by tls = { verify = false, insecure = true }";
    return {};
}

void add_tls(KafkaProperties& properties, const TlsOptions& tls) {
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) properties.emplace_back(name, value);
    };
    add("ssl.ca.location", tls.ca_file);
    add("ssl.certificate.location", tls.certificate_file);
    add("ssl.key.location", tls.key_file.empty() ? tls.certificate_file : tls.key_file);
    // Beside that KafkaCertificates lets every certificate pass: what is pinned counts still.
    if (!tls.verify) add("ssl.endpoint.identification.algorithm", "none");
}

}  // namespace

KafkaProperties kafka_properties(const KafkaOptions& options) {
    std::string brokers;
    for (const Address& broker : options.brokers) brokers += (brokers.empty() ? "" : ",") + broker.text;
    KafkaProperties properties{
        // A user may have others of these.
        {"client.id", "tapferry"},
        {"partitioner", "murmur2_random"},
        {"socket.keepalive.enable", "true"},
        {"log.connection.close", "true"},
        {"reconnect.backoff.max.ms", "5000"},
        // By then a topic that brokers make, or that was made a moment ago, is known to all of them; one
        // that is not is asked for again anyway.
        {topic_patience, "3000"},
    };
    if (!brokers.empty()) properties.emplace_back("bootstrap.servers", brokers);
    properties.insert(properties.end(), options.properties.begin(), options.properties.end());
    if (options.tls) add_tls(properties, *options.tls);
    const KafkaProperties promise{
        {"enable.idempotence", "true"},
        {"acks", "-1"},
        {"message.timeout.ms", "0"},
        {"delivery.report.only.error", "false"},
        {"queue.buffering.max.messages", "0"},
        {"queue.buffering.max.kbytes", "65536"},
        {"log.queue", "true"},
    };
    properties.insert(properties.end(), promise.begin(), promise.end());
    return properties;
}

std::chrono::milliseconds patience_with_topic(const KafkaOptions& options) {
    std::chrono::milliseconds patience{0};
    for (const auto& [name, value] : kafka_properties(options))
        if (name == topic_patience)
            patience = std::chrono::milliseconds(std::strtol(value.c_str(), nullptr, 0));
    return patience;
}

std::string fault_of_kafka_property(const std::string& name, const std::string& value) {
    if (const auto reason = reason_against(name, value); !reason.empty()) return std::string(reason);
    const KafkaConf conf(rd_kafka_conf_new());
    std::array<char, 512> words{};
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), words.data(), words.size()) ==
        RD_KAFKA_CONF_OK)
        return {};
    return std::string("librdkafka ") + kafka_library_version() + " says: " + words.data();
}

std::string scram_hint(std::string_view mechanism, std::string_view words) {
    // Which mechanisms there are a broker tells in good order, whatever its version.
    if (!scram_fails_with_kafka_4(mechanism) || words.find("handshake failed") != std::string_view::npos)
        return {};
    return " (or it is Kafka 4 and the password is right: librdkafka " + kafka_library_version() +
           " cannot log in by SCRAM to Kafka 4, that takes 2.6.1)";
}

bool scram_fails_with_kafka_4(std::string_view mechanism) {
    constexpr int mended = 0x020601ff;
    return mechanism.starts_with("SCRAM-") && rd_kafka_version() < mended;
}

std::string kafka_library_version() {
    return rd_kafka_version_str();
}

}  // namespace tapferry
