#include "agent/inputs/frame_streams.h"

#include <doctest/doctest.h>

#include "tests/inputs/stream_bytes.h"

namespace tapferry {

using namespace test;

namespace {

constexpr std::size_t one_mebibyte = 1 << 20;

// Everything that one connection's bytes gave.
struct Outcome {
    std::vector<Bytes> frames;
    Bytes answers;
    int oversize = 0;
    int started = 0;
    int stopped = 0;
    bool rejected = false;
    bool operator==(const Outcome&) const = default;
};

// Feeds the pieces as a connection does: what follows a STOP after READY is not read.
struct Feeder {
    explicit Feeder(std::size_t max_frame_bytes = one_mebibyte) : streams(max_frame_bytes) {}

    Feeder& feed(std::span<const std::uint8_t> piece) {
        while (!outcome.rejected && !(outcome.stopped != 0 && streams.bidirectional())) {
            const StreamStep step = streams.next(piece);
            if (step.kind == StreamStepKind::need_more) break;
            take(step);
        }
        return *this;
    }
    void take(const StreamStep& step) {
        if (step.kind == StreamStepKind::frame)
            outcome.frames.emplace_back(step.bytes.begin(), step.bytes.end());
        if (step.kind == StreamStepKind::answer)
            outcome.answers.insert(outcome.answers.end(), step.bytes.begin(), step.bytes.end());
        outcome.oversize += step.kind == StreamStepKind::oversize;
        outcome.started += step.kind == StreamStepKind::started;
        outcome.stopped += step.kind == StreamStepKind::stopped;
        outcome.rejected = outcome.rejected || step.kind == StreamStepKind::rejected;
    }

    FrameStreams streams;
    Outcome outcome;
};

Rejection rejection_of(const Bytes& bytes) {
    Feeder feeder;
    feeder.feed(bytes);
    REQUIRE(feeder.outcome.rejected);
    CHECK(feeder.outcome.frames.empty());
    return feeder.streams.rejection();
}

StreamEnd end_of(const Bytes& bytes) {
    return Feeder().feed(bytes).streams.end();
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a recorded connection gives the same frames wherever a read cuts it") {
    for (const char* name : {"bind-auth", "dnsdist", "nsd"}) {
        CAPTURE(name);
        const Bytes bytes = recorded(name);
        const std::span<const std::uint8_t> all{bytes};
        const Outcome whole = Feeder().feed(all).outcome;
        REQUIRE(whole.frames == frames_of(bytes));
        REQUIRE(whole.answers == accept());
        REQUIRE(whole.started == 1);
        for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
            const Outcome split = Feeder().feed(all.first(cut)).feed(all.subspan(cut)).outcome;
            if (!(split == whole)) FAIL("cut at " << cut);
        }
        Feeder one_at_a_time;
        for (const std::uint8_t& byte : bytes) one_at_a_time.feed({&byte, 1});
        CHECK(one_at_a_time.outcome == whole);
    }
}

TEST_CASE("a frame that lies whole in what was read is handed on where it lies") {
    Feeder feeder;
    feeder.feed(start());
    const Bytes bytes = data_frame("first") + data_frame("second");
    std::span<const std::uint8_t> input{bytes};
    CHECK(feeder.streams.next(input).bytes.data() == bytes.data() + 4);
    CHECK(feeder.streams.next(input).bytes.data() == bytes.data() + 13);
    CHECK(input.empty());
}

TEST_CASE("each READY is answered with ACCEPT, before START and after it") {
    CHECK(Feeder().feed(ready() + ready()).outcome.answers == accept() + accept());
    const Outcome late =
        Feeder().feed(ready() + start() + data_frame("a") + ready() + data_frame("b")).outcome;
    CHECK(late.answers == accept() + accept());
    CHECK(late.frames.size() == 2);
    CHECK(Feeder().feed(control(4)).outcome.answers == accept());
    CHECK(Feeder().feed(control(4, {"other", dnstap_type})).outcome.answers == accept());
}

TEST_CASE("a stream may begin with START, and STOP is not answered then") {
    Feeder feeder;
    feeder.feed(start() + data_frame("a") + stop());
    CHECK(feeder.outcome.frames.size() == 1);
    CHECK(feeder.outcome.stopped == 1);
    CHECK_FALSE(feeder.streams.bidirectional());
    CHECK(feeder.streams.end() == StreamEnd::stopped);
    CHECK(Feeder().feed(control(2) + data_frame("a")).outcome.frames.size() == 1);
}

TEST_CASE("files that were joined are read on") {
    const Bytes cut_off = start() + data_frame("a");
    const Bytes finished = start() + data_frame("b") + stop();
    const Outcome joined = Feeder().feed(cut_off + finished + finished).outcome;
    CHECK(joined.frames.size() == 3);
    CHECK(joined.started == 1);
    CHECK_FALSE(joined.rejected);
}

TEST_CASE("STOP after READY ends the stream") {
    Feeder feeder;
    feeder.feed(ready() + start() + stop());
    CHECK(feeder.outcome.stopped == 1);
    CHECK(feeder.streams.bidirectional());
}

TEST_CASE("an oversize frame is passed over by its exact length, however it is cut") {
    const Bytes bytes =
        start() + data_frame("before") + data_frame(std::string(101, 'x')) + data_frame("after");
    const std::span<const std::uint8_t> all{bytes};
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        CAPTURE(cut);
        const Outcome outcome = Feeder(100).feed(all.first(cut)).feed(all.subspan(cut)).outcome;
        REQUIRE(outcome.oversize == 1);
        REQUIRE(outcome.frames == std::vector{bytes_of("before"), bytes_of("after")});
    }
    CHECK(Feeder(101).feed(all).outcome.oversize == 0);
}

TEST_CASE("control frames and fields of an unknown kind are passed over") {
    const Bytes strange_field = u32(0) + u32(4 + 8 + 3) + u32(2) + u32(77) + u32(3) + bytes_of("abc");
    const Outcome outcome =
        Feeder().feed(control(9) + strange_field + control(4711, {"whatever"}) + data_frame("a")).outcome;
    CHECK(outcome.started == 1);
    CHECK(outcome.frames.size() == 1);
    // ACCEPT and FINISH have no meaning from a sender, and do no harm among data.
    CHECK(Feeder().feed(start() + accept() + finish() + data_frame("a")).outcome.frames.size() == 1);
}

TEST_CASE("what is no Frame Streams is told by name") {
    const Rejection http = rejection_of(bytes_of("GET / HTTP/1.1\r\n"));
    CHECK(http.reason == ConnectionRejection::not_frame_streams);
    CHECK(contains(http.text, "HTTP"));
    const Rejection tls = rejection_of({0x16, 0x03, 0x01, 0x02, 0x00, 0x01});
    CHECK(tls.reason == ConnectionRejection::tls);
    CHECK(contains(tls.text, "TLS"));
    CHECK(rejection_of(bytes_of("noise")).reason == ConnectionRejection::not_frame_streams);
    CHECK(rejection_of(data_frame("no handshake")).reason == ConnectionRejection::not_frame_streams);
}

TEST_CASE("another content type is refused, and told in printable characters") {
    const Rejection other = rejection_of(ready("protobuf:other\n\x1b[31m"));
    CHECK(other.reason == ConnectionRejection::content_type);
    CHECK(contains(other.text, "protobuf:other??[31m"));
    CHECK(rejection_of(start("text")).reason == ConnectionRejection::content_type);
    CHECK(rejection_of(ready(std::string(256, 'x'))).text.size() < 200);
    // A prefix or an extension of the name is another name.
    CHECK(rejection_of(ready(dnstap_type.substr(1))).reason == ConnectionRejection::content_type);
}

TEST_CASE("a control frame that is malformed or too long ends the connection") {
    for (const std::uint32_t length : {0u, 3u, 513u, 0xffffffffu}) {
        CHECK(rejection_of(u32(0) + u32(length)).reason == ConnectionRejection::bad_control);
        CHECK(rejection_of(ready() + u32(0) + u32(length)).reason == ConnectionRejection::bad_control);
    }
    const Bytes field_too_long = u32(0) + u32(12) + u32(4) + u32(1) + u32(0xffffffff);
    const Bytes half_a_field = u32(0) + u32(8) + u32(4) + u32(1);
    CHECK(rejection_of(field_too_long).reason == ConnectionRejection::bad_control);
    CHECK(rejection_of(half_a_field).reason == ConnectionRejection::bad_control);
    CHECK(rejection_of(ready(std::string(257, 'x'))).reason == ConnectionRejection::bad_control);
    CHECK(rejection_of(control(2, {dnstap_type, dnstap_type})).reason == ConnectionRejection::bad_control);
    CHECK(Feeder().feed(start() + u32(0) + u32(513)).outcome.rejected);
}

TEST_CASE("what stands where it may not ends the connection") {
    CHECK(rejection_of(ready() + data_frame("early")).reason == ConnectionRejection::protocol);
    CHECK(rejection_of(stop()).reason == ConnectionRejection::protocol);
    CHECK(rejection_of(accept()).reason == ConnectionRejection::protocol);
    CHECK(rejection_of(start() + stop() + data_frame("late")).reason == ConnectionRejection::protocol);
    CHECK(rejection_of(start() + stop() + ready()).reason == ConnectionRejection::protocol);
}

TEST_CASE("the end of file tells whether a frame was cut") {
    CHECK(end_of({}) == StreamEnd::in_handshake);
    CHECK(end_of(ready()) == StreamEnd::in_handshake);
    const Bytes data = start() + data_frame("a");
    CHECK(end_of(data) == StreamEnd::between_frames);
    CHECK(end_of(data + u32(0)) == StreamEnd::between_frames);
    CHECK(end_of(data + Bytes{0, 0}) == StreamEnd::inside_frame);
    CHECK(end_of(data + u32(5)) == StreamEnd::inside_frame);
    CHECK(end_of(data + u32(5) + bytes_of("1234")) == StreamEnd::inside_frame);
    // It was counted when it began.
    CHECK(end_of(data + u32(0xffffffff) + bytes_of("1234")) == StreamEnd::between_frames);
    CHECK(end_of(data + stop()) == StreamEnd::stopped);
}

TEST_CASE("between frames is where nothing of a frame has come") {
    Feeder feeder;
    CHECK(feeder.feed(ready() + start() + data_frame("a")).streams.at_boundary());
    CHECK_FALSE(feeder.feed(Bytes{0}).streams.at_boundary());
    CHECK(feeder.feed(Bytes{0, 0, 1, 'x'}).streams.at_boundary());
    CHECK_FALSE(feeder.feed(u32(0xffffffff)).streams.at_boundary());
}

}  // namespace tapferry
