#include "transports/kafka/producer.h"

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "transports/kafka/callbacks.h"
#include "transports/kafka/handles.h"
#include "transports/kafka/properties.h"
#include "transports/kafka/token.h"
#include "transports/kafka/topic.h"
#include "transports/milliseconds_until.h"
#include "transports/secret_file.h"

namespace tapferry {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

// What librdkafka's log calls a certificate that did not pass.
constexpr std::string_view certificate_facility = "SSLCERTVRFY";
// How long librdkafka may take to hand back what it holds.
constexpr auto closing_time = 2s;

// Places in KafkaProducer::parts_; headers of the configuration follow.
enum Part : std::uint8_t {
    part_topic,
    part_value,
    part_key,
    part_time,
    part_tag,
    part_flags,
    part_id,
    fixed
};

// librdkafka carries a tag as a pointer.
static_assert(sizeof(void*) >= sizeof(std::uint64_t));

// librdkafka ends its words with how long something took and how often it said the same: each time others.
std::string steady_words(std::string_view words) {
    return std::string(words.substr(0, words.find(" (after ")));
}

// What it says of a handshake that a restart of the broker broke off is no matter for a person. An alert may
// come after the handshake, so that it seems to be one of the connection's troubles.
bool concerns_a_person(int error, std::string_view words) {
    const auto says = [words](std::string_view part) { return words.find(part) != std::string_view::npos; };
    if (error == RD_KAFKA_RESP_ERR__AUTHENTICATION) return !says("Disconnected");
    return says("certificate") || says("alert");
}

void set(const KafkaConf& conf, const std::string& name, const std::string& value) {
    std::array<char, 512> words{};
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), words.data(), words.size()) !=
        RD_KAFKA_CONF_OK)
        throw std::runtime_error(words.data());
}

}  // namespace

KafkaProducer::KafkaProducer(const KafkaOptions& options, KafkaReports& reports, KafkaHealth& health,
                             KafkaCertificates& certificates)
    : options_(options), reports_(reports), health_(health), certificates_(certificates), stamps_(stamps()) {
    certificates_.begin();
    KafkaConf conf(rd_kafka_conf_new());
    for (const auto& [name, value] : kafka_properties(options)) {
        set(conf, name, value);
        if (name == "sasl.mechanism") mechanism_ = value;
    }
    if (!options.password_file.empty()) {
        const auto password = read_secret_file(options.password_file);
        if (const auto* fault = std::get_if<SecretFault>(&password)) throw std::runtime_error(fault->words);
        set(conf, "sasl.password", std::get<std::string>(password));
    }
    KafkaCallbacks::set(conf.get(), *this, !options.token_file.empty());
    std::array<char, 512> words{};
    kafka_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), words.data(), words.size());
    if (kafka_ == nullptr) throw std::runtime_error(words.data());
    static_cast<void>(conf.release());  // it is the producer's
    rd_kafka_set_log_queue(kafka_, nullptr);
    prepare_parts();
}

KafkaProducer::~KafkaProducer() {
    close();
}

std::vector<FileStamp> KafkaProducer::stamps() const {
    std::vector<FileStamp> found{stamp_of(options_.password_file)};
    if (options_.tls)
        for (const auto* file :
             {&options_.tls->ca_file, &options_.tls->certificate_file, &options_.tls->key_file})
            found.push_back(stamp_of(*file));
    return found;
}

void KafkaProducer::prepare_parts() {
    parts_.resize(fixed);
    parts_[part_topic].vtype = RD_KAFKA_VTYPE_RKT;
    parts_[part_value].vtype = RD_KAFKA_VTYPE_VALUE;
    parts_[part_key].vtype = RD_KAFKA_VTYPE_KEY;
    parts_[part_time].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
    parts_[part_tag].vtype = RD_KAFKA_VTYPE_OPAQUE;
    parts_[part_flags].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    parts_[part_flags].u.i = 0;  // neither copied nor freed
    const auto header = [](const char* name, std::string_view value) {
        rd_kafka_vu_t part{};
        part.vtype = RD_KAFKA_VTYPE_HEADER;
        part.u.header = {name, value.data(), static_cast<ssize_t>(value.size())};
        return part;
    };
    parts_[part_id] = header("event-id", {});
    parts_.push_back(header("format", options_.format));
    for (const auto& [name, value] : options_.headers) parts_.push_back(header(name.c_str(), value));
}

rd_kafka_topic_t* KafkaProducer::topic_of(MessageType type) {
    const std::size_t place = is_topic_by_type(options_.topic) ? static_cast<std::size_t>(type) : 0;
    rd_kafka_topic_t*& topic = topics_[place];
    if (topic == nullptr)
        topic = rd_kafka_topic_new(kafka_, kafka_topic(options_.topic, type).c_str(), nullptr);
    return topic;
}

KafkaProducer::Taken KafkaProducer::produce(const KafkaMessage& message) {
    rd_kafka_topic_t* topic = topic_of(message.type);
    if (topic == nullptr) {
        failure_ = {KafkaFate::misconfigured, false,
                    "topic " + kafka_topic(options_.topic, message.type) + ": " +
                        rd_kafka_err2str(rd_kafka_last_error())};
        return Taken::failed;
    }
    // The interface is not const-correct: it changes nothing.
    parts_[part_topic].u.rkt = topic;
    parts_[part_value].u.mem = {const_cast<char*>(message.content.data()), message.content.size()};
    parts_[part_key].u.mem = {message.key.empty() ? nullptr : const_cast<char*>(message.key.data()),
                              message.key.size()};
    parts_[part_time].u.i64 = message.time_ms;
    parts_[part_tag].u.ptr = reinterpret_cast<void*>(static_cast<std::uintptr_t>(message.tag));
    parts_[part_id].u.header.val = message.id.data();
    parts_[part_id].u.header.size = static_cast<ssize_t>(message.id.size());
    rd_kafka_error_t* error = rd_kafka_produceva(kafka_, parts_.data(), parts_.size());
    if (error == nullptr) return Taken::yes;
    const int code = rd_kafka_error_code(error);
    failure_ = {kafka_fate(code), false,
                std::string(rd_kafka_error_string(error)) + " (topic " + rd_kafka_topic_name(topic) + ")"};
    rd_kafka_error_destroy(error);
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) return Taken::full;
    if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
        failure_.fate = KafkaFate::refused_alone;
        failure_.words = std::to_string(message.content.size()) + " bytes: longer than message.max.bytes";
    }
    return Taken::failed;
}

void KafkaProducer::poll(Deadline deadline) {
    rd_kafka_poll(kafka_, milliseconds_until(deadline));
}

KafkaProducer::TopicSight KafkaProducer::look_for_topic(MessageType type, Deadline deadline) {
    rd_kafka_topic_t* topic = topic_of(type);
    const rd_kafka_metadata_t* found = nullptr;
    if (topic == nullptr || rd_kafka_metadata(kafka_, 0, topic, &found, milliseconds_until(deadline)) !=
                                RD_KAFKA_RESP_ERR_NO_ERROR)
        return {};
    const std::unique_ptr<const rd_kafka_metadata_t, decltype(&rd_kafka_metadata_destroy)> owner(
        found, rd_kafka_metadata_destroy);
    if (found->topic_cnt != 1) return {};
    const rd_kafka_metadata_topic_t& one = found->topics[0];
    if (one.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return {TopicSight::Kind::unknown};
    if (one.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) return {TopicSight::Kind::refused};
    if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR || one.partition_cnt == 0) return {};
    return {TopicSight::Kind::there, one.partition_cnt};
}

void KafkaProducer::close() {
    if (kafka_ == nullptr) return;
    rd_kafka_purge(kafka_,
                   RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
    rd_kafka_flush(kafka_, static_cast<int>(std::chrono::milliseconds(closing_time).count()));
    for (rd_kafka_topic_t*& topic : topics_)
        if (topic != nullptr) rd_kafka_topic_destroy(std::exchange(topic, nullptr));
    rd_kafka_destroy(std::exchange(kafka_, nullptr));
}

void KafkaProducer::heard_error(int error, const char* reason) {
    const std::string words = steady_words(reason == nullptr ? "" : reason);
    switch (error) {
        case RD_KAFKA_RESP_ERR__FATAL: {
            std::array<char, 512> why{};
            const auto code = rd_kafka_fatal_error(kafka_, why.data(), why.size());
            fatal_words_ = std::string(rd_kafka_err2str(code)) + ": " + why.data();
            break;
        }
        case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
            health_.all_down(Clock::now());
            break;
        case RD_KAFKA_RESP_ERR__AUTHENTICATION:
            health_.failed(words + scram_hint(mechanism_, words), concerns_a_person(error, words), true);
            break;
        default:
            health_.failed(words + alert_hint(words), concerns_a_person(error, words));
    }
}

std::string KafkaProducer::alert_hint(std::string_view words) const {
    if (words.find("certificate") == std::string_view::npos || words.find("alert") == std::string_view::npos)
        return {};
    return options_.tls && options_.tls->certificate_file.empty()
               ? ": it asks for a client certificate, and none is configured"
               : ": it does not accept our client certificate";
}

void KafkaProducer::heard_line(std::string_view facility, std::string_view line) {
    constexpr std::string_view of_certificate = "callback failed: ";
    const auto begin = line.find(of_certificate);
    if (facility == certificate_facility && begin != std::string_view::npos)
        health_.refused_certificate(std::string(line.substr(begin + of_certificate.size())));
    else if (line.find("will be ignored") != std::string_view::npos)
        reports_.ignored_property(line);
    else
        health_.logged(steady_words(line));
}

void KafkaProducer::renew_token() {
    const auto text = read_secret_file(options_.token_file);
    if (const auto* fault = std::get_if<SecretFault>(&text)) {
        rd_kafka_oauthbearer_set_token_failure(kafka_, fault->words.c_str());
        return;
    }
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const BearerToken token = bearer_token(std::get<std::string>(text), now);
    if (token.expires <= now) {
        const std::string words = "the token in " + options_.token_file + " has expired";
        rd_kafka_oauthbearer_set_token_failure(kafka_, words.c_str());
        return;
    }
    std::array<char, 512> words{};
    if (rd_kafka_oauthbearer_set_token(kafka_, token.text.c_str(), token.expires.time_since_epoch().count(),
                                       token.principal.c_str(), nullptr, 0, words.data(),
                                       words.size()) != RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_oauthbearer_set_token_failure(kafka_, words.data());
}

}  // namespace tapferry
