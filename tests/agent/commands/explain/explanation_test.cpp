#include "agent/commands/explain/explanation.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "encoders/make_encoder.h"
#include "proto/decoder.h"
#include "tests/encoders/event_builder.h"
#include "tests/support/frame_streams_file.h"

namespace tapferry {
namespace {

using namespace test;

// Frame `number` of a capture, from 1.
struct CaptureEvent {
    CaptureEvent(const char* capture, std::size_t number) : frames(read_capture(capture)) {
        REQUIRE(decoder.decode(frames.at(number - 1), {{1, number}, {1'795'209'600, 0}, "in"}, event) ==
                DecodeStatus::decoded);
    }
    std::vector<Frame> frames;
    Decoder decoder;
    Event event;
};

Explanation explained(const Event& event, std::string_view format) {
    return explain(event, format, *default_format(format));
}

const ExplainedField& field(const ExplainedRecord& record, std::string_view key) {
    const auto found = std::find_if(record.fields.begin(), record.fields.end(),
                                    [&](const auto& one) { return one.field.key == key; });
    REQUIRE_MESSAGE(found != record.fields.end(), std::string(key));
    return *found;
}

std::string from(const Event& event, std::string_view format, std::string_view key) {
    const auto explanation = explained(event, format);
    REQUIRE(!explanation.records.empty());
    return field(explanation.records.front(), key).from;
}

// 12 octets of header, www.corp.example (18), type and class, then the first record.
const char* const capture = "bind-rec";
constexpr std::size_t client_response = 3;

TEST_CASE("what comes from dnstap is told by number and name") {
    const CaptureEvent one(capture, client_response);
    for (const auto& [key, source] : std::initializer_list<std::pair<const char*, const char*>>{
             {"src", "14.4 message.query_address"},
             {"identity", "1 identity"},
             {"type", "14.1 message.type"},
             {"time", "14.12 message.response_time_sec, 14.13 response_time_nsec"},
             {"bytes", "length of 14.14 message.response_message"}}) {
        const std::string asked(key);
        CAPTURE(asked);
        CHECK(from(one.event, "json", key) == source);
    }
}

TEST_CASE("what comes from the DNS message is told by section and octets") {
    const CaptureEvent one(capture, client_response);
    const auto& wire = one.event.dns.wire;
    CHECK(from(one.event, "json", "dns_id") == "DNS header, octets 0 to 1");
    CHECK(from(one.event, "json", "qname") == "DNS question 1, octets 12 to 29");
    CHECK(from(one.event, "json", "qtype") == "DNS question 1, octets 30 to 31");
    CHECK(from(one.event, "json", "qclass") == "DNS question 1, octets 32 to 33");
    CHECK(from(one.event, "json", "answers[0].name") ==
          "DNS answer 1, octets 34 to 35, a pointer to octet 12");
    CHECK(from(one.event, "json", "answers[0].type") == "DNS answer 1, octets 36 to 37");
    CHECK(from(one.event, "json", "answers[0].ttl") == "DNS answer 1, octets 40 to 43");
    CHECK(from(one.event, "json", "answers[0].data") == "DNS answer 1, octets 46 to 49");
    CHECK(wire[46] == 192);  // of 192.0.2.100
    CHECK(wire[49] == 100);
}

TEST_CASE("the same fact has the same source in every format") {
    const CaptureEvent one(capture, client_response);
    const std::string qname = from(one.event, "json", "qname");
    for (const auto& [format, key] : std::initializer_list<std::pair<const char*, const char*>>{
             {"cef", "destinationDnsDomain"}, {"text", "qname"}, {"template", "qname"}}) {
        const std::string output(format);
        CAPTURE(output);
        CHECK(from(one.event, format, key) == qname);
    }
    const std::string question = "DNS question 1, octets 12 to 33";
    CHECK(from(one.event, "dig", "QUESTION[0]") == question);
    CHECK(from(one.event, "yaml", "message.response_message_data.QUESTION_SECTION[0]") == question);
    CHECK(from(one.event, "cef", "cs1 DnsQueryType") == from(one.event, "json", "qtype"));
    CHECK(from(one.event, "yaml", "message.query_address") == from(one.event, "json", "src"));
    CHECK(from(one.event, "yaml", "message.response_message_data.status") ==
          from(one.event, "json", "rcode"));
}

TEST_CASE("nothing of a frame is called derived in our own formats but what is") {
    const CaptureEvent one(capture, client_response);
    for (const std::string_view format : {"json", "cef", "text", "template", "yaml", "dnstap"}) {
        CAPTURE(format);
        const auto explanation = explained(one.event, format);
        REQUIRE(!explanation.records.empty());
        for (const auto& shown : explanation.records.front().fields) {
            CAPTURE(shown.field.key);
            CHECK_FALSE(shown.from.empty());
            const bool composed =
                shown.field.key == "answer_count" || shown.field.key == "cn2 DnsAnswerCount";
            CHECK(shown.from.starts_with("derived") == composed);
        }
    }
}

TEST_CASE("values are the record's, with their lengths and limits") {
    const CaptureEvent one(capture, client_response);
    const auto explanation = explained(one.event, "cef");
    const auto& record = explanation.records.front();
    CHECK(field(record, "destinationDnsDomain").field.value == "www.corp.example");
    CHECK(field(record, "destinationDnsDomain").limit == 255);
    CHECK(field(record, "dvchost").limit == 100);
    CHECK(field(record, "src").limit == 0);
    const auto version = std::find(explanation.left_out.begin(), explanation.left_out.end(), "version");
    CHECK(version != explanation.left_out.end());  // CEF has no place for it
}

TEST_CASE("what is cut is told with the reason") {
    CaptureEvent one(capture, client_response);
    const std::string identity(300, 'i');
    one.event.identity = identity;
    const auto json = explained(one.event, "json");
    CHECK(field(json.records.front(), "identity").cut ==
          "cut from 300 characters: 255 are shown of what a server says");
    const auto cef = explain(one.event, "cef", CefOptions{});
    CHECK_FALSE(field(cef.records.front(), "dvchost").cut.empty());
    CHECK(field(cef.records.front(), "externalId").cut.empty());
}

TEST_CASE("a format that says nothing of an event has no records") {
    const CaptureEvent query(capture, 1);
    CHECK(explained(query.event, "passivedns").records.empty());
    CHECK(explained(query.event, "passivedns").left_out.empty());
    CHECK(explained(query.event, "passivedns").silence == "a query");
    CaptureEvent response(capture, client_response);
    response.event.type = MessageType::tool_response;
    CHECK(explained(response.event, "cof").silence == "of a message type that is no source");
}

TEST_CASE(
    "every frame of a capture can be explained in every format, and no value is longer than its limit") {
    for (const char* name : {"bind-auth", "knot", "dnsdist-tcp", "pdns-tcp"}) {
        Decoder decoder;
        Event event;
        std::size_t number = 0;
        for (const Frame& frame : read_capture(name)) {
            if (++number % 7 != 0) continue;
            if (decoder.decode(frame, {{1, number}, {1'795'209'600, 0}, "in"}, event) !=
                DecodeStatus::decoded)
                continue;
            CAPTURE(name);
            CAPTURE(number);
            for (const std::string_view format : format_names()) {
                CAPTURE(format);
                for (const auto& record : explained(event, format).records) {
                    CHECK_FALSE(record.fields.empty());
                    for (const auto& shown : record.fields) {
                        CAPTURE(shown.field.key);
                        const bool plain = shown.field.value.find('\\') == std::string::npos;
                        if (plain && shown.limit != 0) CHECK(shown.field.value.size() <= shown.limit);
                    }
                }
            }
        }
    }
}

TEST_CASE("where an exchange begins is told by its query, and where one time is known by that") {
    CaptureEvent one(capture, client_response);
    REQUIRE(one.event.response_time);
    one.event.query_time = one.event.response_time;
    --one.event.query_time->seconds;
    CHECK(from(one.event, "asim", "EventStartTime").starts_with("14.8 "));
    one.event.query_time.reset();
    CHECK(from(one.event, "asim", "EventStartTime").starts_with("14.12 "));
    CHECK(from(one.event, "ecs", "event.created") == "the agent: time of receipt");
    one.event.received = one.event.time;
    CHECK(from(one.event, "ecs", "event.created").find("that of the event, 14.12 ") != std::string::npos);
    CHECK(from(one.event, "gelf", "_version") == "2 version");
}

TEST_CASE("answers left out for their number are told as such, and not as too long") {
    EventBuilder builder;
    builder.answer({"t"}, 16, character_string("a; b; c"));
    for (int i = 0; i < 69; ++i) builder.answer({"t"}, 1, "\1\1\1\1");
    const Event& many = builder.build();
    for (const auto& [format, key] : std::initializer_list<std::pair<const char*, const char*>>{
             {"cef", "cs4 DnsAnswers"}, {"leef", "answers"}}) {
        const std::string output(format);
        CAPTURE(output);
        const auto explanation = explained(many, format);
        REQUIRE(!explanation.records.empty());
        CHECK(field(explanation.records.front(), key).cut == "shortened: 64 of 70 answers are shown");
    }
    EventBuilder large;
    for (int i = 0; i < 70; ++i) large.answer({"t"}, 16, character_string(std::string(200, 'a')));
    CHECK(field(explained(large.build(), "cef").records.front(), "cs4 DnsAnswers").cut ==
          "shortened: more does not fit its limit or the record's");
}

}  // namespace
}  // namespace tapferry
