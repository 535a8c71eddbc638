#include "transports/kafka/callbacks.h"

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include "transports/kafka/producer.h"
#include "transports/kafka/topic.h"

namespace tapferry {
namespace {

KafkaProducer& producer_of(void* opaque) {
    return *static_cast<KafkaProducer*>(opaque);
}

std::string topic_words(const rd_kafka_message_t* message) {
    return std::string(" (topic ") + rd_kafka_topic_name(message->rkt) + ")";
}

std::string words_of_error(const rd_kafka_message_t* message) {
    if (message->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
        message->err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
        return unknown_topic_words(rd_kafka_topic_name(message->rkt));
    return rd_kafka_err2str(message->err) + topic_words(message);
}

}  // namespace

void KafkaCallbacks::set(rd_kafka_conf_t* conf, KafkaProducer& producer, bool tokens) {
    rd_kafka_conf_set_opaque(conf, &producer);
    rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
        KafkaProducer& to = producer_of(opaque);
        const auto tag = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(message->_private));
        const bool persisted = rd_kafka_message_status(message) == RD_KAFKA_MSG_STATUS_PERSISTED;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && persisted) {
            // Without a place in the log nobody acknowledged it: librdkafka infers it from what stands behind
            // it, and is wrong where a new leader took that as the first that it had of us.
            if (message->offset != RD_KAFKA_OFFSET_INVALID) return to.reports_.delivered(tag);
            return to.reports_.failed(
                tag, {KafkaFate::again, true,
                      "what was sent after it was acknowledged, and it was not" + topic_words(message)});
        }
        to.reports_.failed(
            tag,
            {message->err == RD_KAFKA_RESP_ERR_NO_ERROR ? KafkaFate::again : kafka_fate(message->err),
             rd_kafka_message_status(message) != RD_KAFKA_MSG_STATUS_NOT_PERSISTED, words_of_error(message)});
    });
    rd_kafka_conf_set_error_cb(conf, [](rd_kafka_t*, int error, const char* reason, void* opaque) {
        producer_of(opaque).heard_error(error, reason);
    });
    rd_kafka_conf_set_throttle_cb(
        conf, [](rd_kafka_t*, const char* broker, std::int32_t, int length, void* opaque) {
            producer_of(opaque).health_.throttled(broker, std::chrono::milliseconds(length));
        });
    rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t* kafka, int, const char* facility, const char* line) {
        producer_of(rd_kafka_opaque(kafka)).heard_line(facility, line);
    });
    // By a thread of librdkafka's.
    rd_kafka_conf_set_ssl_cert_verify_cb(
        conf, [](rd_kafka_t*, const char* broker, std::int32_t, int* error, int depth, const char* der,
                 std::size_t size, char* words, std::size_t room, void* opaque) {
            const std::string refusal =
                producer_of(opaque).certificates_.look_at(broker, {der, size}, *error, depth);
            std::snprintf(words, room, "%s", refusal.c_str());
            if (!refusal.empty()) return 0;
            *error = 0;
            return 1;
        });
    if (!tokens) return;
    rd_kafka_conf_set_oauthbearer_token_refresh_cb(
        conf, [](rd_kafka_t*, const char*, void* opaque) { producer_of(opaque).renew_token(); });
}

}  // namespace tapferry
