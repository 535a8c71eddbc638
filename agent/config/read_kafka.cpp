#include "agent/config/read_kafka.h"

#include <algorithm>
#include <optional>

#include "agent/config/list_file.h"
#include "agent/config/read_secret.h"
#include "agent/config/read_tls.h"
#include "encoders/make_encoder.h"
#include "transports/kafka/check.h"
#include "transports/kafka/properties.h"
#include "transports/kafka/topic.h"
#include "transports/secret_file.h"

namespace tapferry {

namespace {

constexpr std::size_t longest_topic = 249;

bool is_topic_name(const std::string& name) {
    return !name.empty() && name.size() <= longest_topic && name != "." && name != ".." &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-';
           });
}

std::optional<std::string> find(const KafkaProperties& properties, std::string_view name) {
    const auto found = std::find_if(properties.begin(), properties.end(),
                                    [name](const auto& property) { return property.first == name; });
    if (found == properties.end()) return std::nullopt;
    return found->second;
}

// Of a property of librdkafka.
bool holds_secret(std::string_view name) {
    return name.ends_with("password") || name.ends_with("secret") || name.ends_with("key.pem");
}

bool names_secret_file(std::string_view name) {
    return name.ends_with("key.location") || name.ends_with("keystore.location") || name.ends_with("keytab");
}

// librdkafka takes either.
std::string one_name_of(const std::string& name) {
    return name == "sasl.mechanisms" ? "sasl.mechanism" : name;
}

// Everything that is told of one destination; once something is, librdkafka is not asked.
class KafkaReader {
  public:
    KafkaReader(Section& section, DestinationConfig& destination)
        : section_(section), destination_(destination) {}

    KafkaOptions read() {
        read_brokers();
        read_topic();
        options_.key = section_.choice<RecordKey>("key", RecordKey::client,
                                                  {{"client", RecordKey::client},
                                                   {"identity", RecordKey::identity},
                                                   {"qname", RecordKey::qname},
                                                   {"registered_domain", RecordKey::registered_domain},
                                                   {"none", RecordKey::none}});
        read_headers();
        const auto compression = section_.choice<std::string>(
            "compression", "none",
            {{"none", "none"}, {"gzip", "gzip"}, {"lz4", "lz4"}, {"zstd", "zstd"}, {"snappy", "snappy"}});
        read_properties();
        options_.properties.emplace_back("compression.codec", compression);
        read_login();
        read_protection();
        set_protocol();
        warn_of_plain_text();
        ask_librdkafka();
        return std::move(options_);
    }

  private:
    void fault(std::string_view key, std::string text) {
        section_.fault(key, std::move(text));
        sound_ = false;
    }

    void read_brokers() {
        const auto brokers = section_.one_or_more("brokers");
        if (!section_.has("brokers"))
            return fault("brokers", "is missing, for example brokers = [\"kafka1.example.com:9092\"]");
        if (brokers && brokers->empty())
            fault("brokers", "must name at least one, such as [\"kafka1.example.com:9092\"]");
        for (const std::string& broker : brokers.value_or(std::vector<std::string>{})) {
            const auto address = parse_address(broker);
            if (!address || !address->unix_path.empty() || address->port == 0)
                fault("brokers", "\"" + broker + "\" is not \"host:port\" or \"[IPv6]:port\"");
            else
                options_.brokers.push_back(*address);
        }
    }

    void read_topic() {
        options_.topic = section_.required_text("topic", "dns");
        sound_ = sound_ && !options_.topic.empty();
        if (!options_.topic.empty() &&
            !is_topic_name(kafka_topic(options_.topic, MessageType::forwarder_response)))
            fault("topic", "\"" + options_.topic +
                               "\" is not 1 to 249 letters, digits, \".\", \"_\" and \"-\"; \"{type}\" in it "
                               "stands for the message type");
    }

    void read_headers() {
        Section headers = section_.table("headers");
        for (const std::string& name : headers.names()) {
            if (name == "event-id" || name == "format") {
                headers.fault(name, "is a header that every message has anyway");
                sound_ = false;
            }
            options_.headers.emplace_back(name, headers.text(name, ""));
        }
    }

    void read_properties() {
        Section table = section_.table("librdkafka");
        for (const std::string& name : table.names()) {
            const auto value = table.scalar(name);
            sound_ = sound_ && value;
            if (!value) continue;
            if (const std::string words = fault_of_kafka_property(name, *value); !words.empty()) {
                table.fault(name, words);
                sound_ = false;
            } else {
                if (holds_secret(name)) check_stands_in_private(table, name);
                if (names_secret_file(name)) check_is_private(table, name, *value);
                options_.properties.emplace_back(one_name_of(name), *value);
            }
        }
    }

    // The same thing by Tapferry's key and by librdkafka's property.
    std::string key_or_property(std::string_view key, const std::string& value, const std::string& property) {
        const auto given = find(options_.properties, property);
        if (given && !value.empty())
            fault(key, "and \"" + property + "\" of librdkafka are both given; give one of them");
        if (!given && !value.empty()) options_.properties.emplace_back(property, value);
        return given.value_or(value);
    }

    void read_login() {
        const auto asked = section_.choice<std::string>("sasl_mechanism", "",
                                                        {{"PLAIN", "PLAIN"},
                                                         {"SCRAM-SHA-256", "SCRAM-SHA-256"},
                                                         {"SCRAM-SHA-512", "SCRAM-SHA-512"},
                                                         {"OAUTHBEARER", "OAUTHBEARER"}});
        mechanism_ = key_or_property("sasl_mechanism", asked, "sasl.mechanism");
        const std::string username =
            key_or_property("username", section_.text("username", ""), "sasl.username");
        const std::string password =
            key_or_property("password", section_.text("password", ""), "sasl.password");
        options_.password_file = section_.text("password_file", "");
        options_.token_file = section_.text("token_file", "");
        check_password(username, password);
        check_token();
        if (scram_fails_with_kafka_4(mechanism_))
            section_.warn("sasl_mechanism", "librdkafka " + kafka_library_version() +
                                                ", which this program has, cannot log in by SCRAM to Kafka 4 "
                                                "(2.6.1 can); to Kafka 3 it can");
    }

    void check_password(const std::string& username, const std::string& password) {
        if (!options_.password_file.empty() && !password.empty())
            fault("password_file", "and a password are both given; give one of them");
        const bool by_password = mechanism_ == "PLAIN" || mechanism_.starts_with("SCRAM-");
        if (by_password && (username.empty() || (password.empty() && options_.password_file.empty())))
            fault("sasl_mechanism", mechanism_ + " takes \"username\" and \"password_file\" or \"password\"");
        for (const char* key : {"username", "password", "password_file"})
            if (!by_password && section_.has(key))
                fault(key, "goes with sasl_mechanism = \"PLAIN\", \"SCRAM-SHA-256\" or \"SCRAM-SHA-512\"");
        check_file("password_file", options_.password_file);
        if (!password.empty()) check_stands_in_private(section_, "password");
    }

    void check_token() {
        if (mechanism_ != "OAUTHBEARER" && section_.has("token_file"))
            fault("token_file", "goes with sasl_mechanism = \"OAUTHBEARER\"");
        if (mechanism_ == "OAUTHBEARER" && options_.token_file.empty() &&
            !find(options_.properties, "enable.sasl.oauthbearer.unsecure.jwt"))
            fault("sasl_mechanism", "OAUTHBEARER takes \"token_file\"");
        check_file("token_file", options_.token_file);
    }

    void check_file(std::string_view key, const std::string& file) {
        if (file.empty()) return;
        note_named_file(file, destination_);
        const auto text = read_secret_file(file);
        if (const auto* wrong = std::get_if<SecretFault>(&text)) fault(key, wrong->words);
    }

    void read_protection() {
        options_.tls = read_tls(section_, destination_);
        if (!options_.tls) return;
        if (!options_.tls->server_name.empty())
            fault("tls",
                  "cannot have \"server_name\" here: brokers name each other, by the names that they go by");
        if (options_.tls->min_version != TlsOptions::MinVersion::tls12)
            fault("tls",
                  "cannot have another \"min_version\" here: librdkafka takes what the system's OpenSSL "
                  "allows, MinProtocol in openssl.cnf (Debian: TLS 1.2)");
        for (const char* property : {"ssl.ca.location", "ssl.certificate.location", "ssl.key.location"})
            if (find(options_.properties, property))
                fault("tls",
                      std::string("and \"") + property + "\" of librdkafka are both given; give one of them");
    }

    void set_protocol() {
        const auto given = find(options_.properties, "security.protocol");
        if (!given) {
            options_.properties.emplace_back(
                "security.protocol",
                std::string(mechanism_.empty() ? "" : "sasl_") + (options_.tls ? "ssl" : "plaintext"));
            return;
        }
        std::string found = *given;
        std::transform(found.begin(), found.end(), found.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        const bool logs_in = found.starts_with("sasl_");
        if (logs_in == mechanism_.empty())
            fault("librdkafka", "\"security.protocol\" is \"" + *given + "\", which " +
                                    (logs_in ? "needs a login, but there is no \"sasl_mechanism\""
                                             : "has no login, but there is a \"sasl_mechanism\""));
        if (options_.tls && !found.ends_with("ssl"))
            fault("librdkafka",
                  "\"security.protocol\" is \"" + *given + "\", and the table \"tls\" is there");
    }

    void warn_of_plain_text() {
        const auto protocol = find(options_.properties, "security.protocol").value_or("");
        if ((mechanism_ == "PLAIN" || mechanism_ == "OAUTHBEARER") && !protocol.ends_with("ssl") &&
            !protocol.ends_with("SSL"))
            section_.warn("sasl_mechanism",
                          mechanism_ + " without TLS: whoever listens on the way can log in, too");
    }

    void ask_librdkafka() {
        if (!sound_) return;
        if (const std::string words = fault_of_kafka(options_); !words.empty())
            section_.fault("librdkafka", "librdkafka " + kafka_library_version() + " says: " + words);
    }

    Section& section_;
    DestinationConfig& destination_;
    KafkaOptions options_;
    std::string mechanism_;  // empty: nobody logs in
    bool sound_ = true;
};

bool aggregates(const FormatOptions& format) {
    return make_encoder(format)->window().has_value();
}

}  // namespace

KafkaOptions read_kafka(Section& destination_section, DestinationConfig& destination) {
    // Divided among the partitions: of smaller ones little would be left for each request.
    destination.batch.max_events = 5000;
    destination.batch.max_bytes = 1 << 20;
    return KafkaReader(destination_section, destination).read();
}

void fit_kafka(Section& destination_section, DestinationConfig& destination) {
    auto& options = std::get<KafkaOptions>(destination.transport);
    options.format = destination.format_name;
    if (!is_topic_by_type(options.topic)) return;
    Event of_no_known_type;
    if (!destination_section.table("filter").has("messages") ||
        destination.stages.selection.wants(of_no_known_type))
        destination_section.fault("topic",
                                  "has \"{type}\", so that the filter must list which there are, for example "
                                  "filter = { messages = [\"CLIENT_RESPONSE\", \"AUTH_RESPONSE\"] }");
    if (aggregates(destination.format))
        destination_section.fault("topic", "has \"{type}\", and the rows of \"" + destination.format_name +
                                               "\" count events of several types");
}

}  // namespace tapferry
