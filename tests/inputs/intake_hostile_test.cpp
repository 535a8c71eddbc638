// Intake with clients that do not behave, and too many of them.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <random>

#include "tests/inputs/intake_fixture.h"
#include "tests/inputs/sender.h"

namespace tapferry {

using namespace test;

namespace {

// What the client is answered before the connection is closed on it.
Bytes answer_to(IntakeWorld& world, const Bytes& bytes) {
    const Sender sender(world.socket());
    sender.send(bytes);
    return sender.receive_all();
}

bool told(const IntakeWorld& world, const std::string& part) {
    for (const IntakeEvent& event : world.events())
        if (event.kind == IntakeEvent::Kind::rejected && event.text.find(part) != std::string::npos)
            return true;
    return false;
}

}  // namespace

TEST_CASE("a connection closed for what it sent is counted by reason, and told") {
    IntakeWorld world;
    CHECK(answer_to(world, bytes_of("GET /metrics HTTP/1.1\r\n\r\n")).empty());
    CHECK(answer_to(world, {0x16, 0x03, 0x01, 0x00, 0xf4, 0x01}).empty());
    CHECK(answer_to(world, ready("protobuf:other")).empty());
    CHECK(answer_to(world, u32(0) + u32(100000)).empty());
    CHECK(answer_to(world, ready() + data_frame("early")) == accept());
    CHECK(world.rejected(ConnectionRejection::not_frame_streams) == 1);
    CHECK(world.rejected(ConnectionRejection::tls) == 1);
    CHECK(world.rejected(ConnectionRejection::content_type) == 1);
    CHECK(world.rejected(ConnectionRejection::bad_control) == 1);
    CHECK(world.rejected(ConnectionRejection::protocol) == 1);
    CHECK(told(world, "HTTP request"));
    CHECK(told(world, "TLS ClientHello"));
    CHECK(told(world, "protobuf:other"));
    CHECK(world.stop().empty());
    CHECK(world.count_events(IntakeEvent::Kind::connected) == 0);
    CHECK(world.count_events(IntakeEvent::Kind::disconnected) == 0);
}

TEST_CASE("who connects and goes without a word is neither counted nor told") {
    IntakeWorld world;
    { const Sender curious(world.socket()); }
    REQUIRE(wait_until(
        [&] { return world.counters().connections_accepted == 1 && world.counters().connections == 0; }));
    CHECK(world.stop().empty());
    CHECK(world.events().empty());
}

TEST_CASE("an oversize frame is counted, and the connection goes on") {
    IntakeOptions options;
    options.max_frame_bytes = 300000;
    IntakeWorld world(options);
    const Sender sender(world.socket());
    REQUIRE(sender.send(ready() + start() + data_frame("before")));
    REQUIRE(sender.send(data_frame(std::string(16 << 20, 'x'))));
    REQUIRE(sender.send(data_frame(std::string(300000, 'y')) + data_frame("after") + stop()));
    CHECK(sender.receive_all() == accept() + finish());
    const auto stored = world.stop();
    REQUIRE(stored.size() == 3);
    CHECK(stored[0].bytes == "before");
    CHECK(stored[1].bytes.size() == 300000);
    CHECK(stored[2].bytes == "after");
    CHECK(world.counters().frames_received == 4);
    CHECK(world.rejected(FrameRejection::oversize) == 1);
}

TEST_CASE("a frame that is cut by the sender's end is counted as truncated") {
    IntakeWorld world;
    {
        const Sender sender(world.socket());
        REQUIRE(sender.send(ready() + start() + data_frame("whole") + u32(100) + bytes_of("half")));
    }
    REQUIRE(wait_until([&] { return world.rejected(FrameRejection::truncated) == 1; }));
    CHECK(world.stop().size() == 1);
    CHECK(world.counters().frames_received == 2);
    CHECK(world.count_events(IntakeEvent::Kind::rejected) == 0);
}

TEST_CASE("who does not finish the handshake in time is closed, who is silent after it is not") {
    IntakeOptions options;
    options.hello_timeout = std::chrono::milliseconds{50};
    IntakeWorld world(options);
    const Sender quiet(world.socket());
    REQUIRE(quiet.send(ready() + start()));
    const Sender silent(world.socket());
    const Sender halfway(world.socket());
    REQUIRE(halfway.send(ready()));
    CHECK(silent.receive_all().empty());
    CHECK(halfway.receive_all() == accept());
    CHECK(world.rejected(ConnectionRejection::hello_timeout) == 2);
    REQUIRE(quiet.send(data_frame("still here")));
    REQUIRE(wait_until([&] { return world.counters().frames_appended == 1; }));
    CHECK(world.stop().size() == 1);
}

TEST_CASE("one byte at a time does not stretch the time for the handshake") {
    IntakeOptions options;
    options.hello_timeout = std::chrono::milliseconds{50};
    IntakeWorld world(options);
    const Sender slow(world.socket());
    // A READY of 508 octets, whose one field nobody knows.
    Bytes hello{0, 0, 0, 0, 0, 0, 1, 0xFC, 0, 0, 0, 4, 0, 0, 0, 99, 0, 0, 1, 0xF0};
    hello.resize(4 + 4 + 508);
    std::size_t sent = 0;
    REQUIRE(wait_until([&] {
        return sent == hello.size() || !slow.send({hello[sent++]}) ||
               world.rejected(ConnectionRejection::hello_timeout) == 1;
    }));
    CHECK(sent < hello.size());
    CHECK(slow.receive_all().empty());
    CHECK(world.rejected(ConnectionRejection::hello_timeout) == 1);
    CHECK(world.rejected(ConnectionRejection::bad_control) == 0);
}

TEST_CASE(
    "connections beyond max_connections are closed and counted, and a place is free again when one goes") {
    IntakeWorld world({}, {"bind"}, 2);
    const Sender first(world.socket());
    REQUIRE(first.send(ready()));
    REQUIRE(first.receive(42) == accept());
    {
        const Sender second(world.socket());
        REQUIRE(second.send(ready()));
        REQUIRE(second.receive(42) == accept());
        CHECK(Sender(world.socket()).receive_all().empty());
        CHECK(world.rejected(ConnectionRejection::too_many) == 1);
    }
    REQUIRE(wait_until([&] { return world.counters().connections == 1; }));
    const Sender third(world.socket());
    REQUIRE(third.send(ready()));
    CHECK(third.receive(42) == accept());
}

TEST_CASE("256 connections are served at once") {
    constexpr std::size_t count = 256;
    IntakeWorld world({}, {"bind"}, count);
    std::vector<Sender> senders;
    for (std::size_t i = 0; i < count; ++i) {
        senders.emplace_back(world.socket());
        REQUIRE(senders.back().send(ready() + start() + data_frame("hello")));
    }
    REQUIRE(wait_until([&] { return world.counters().frames_appended == count; }));
    for (const Sender& sender : senders) REQUIRE(sender.send(data_frame("again") + stop()));
    for (const Sender& sender : senders) CHECK(sender.receive_all() == accept() + finish());
    CHECK(world.stop().size() == 2 * count);
}

TEST_CASE(
    "with no descriptor left a connection is closed at once, and accepting goes on when there are some") {
    IntakeWorld world;
    const Sender early(world.socket());
    REQUIRE(early.send(ready()));
    REQUIRE(early.receive(42) == accept());
    rlimit usual{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &usual) == 0);
    // Room for the client's end of one more connection, not for the agent's.
    const int lowest_free = ::fcntl(0, F_DUPFD_CLOEXEC, 0);
    REQUIRE(::close(lowest_free) == 0);
    rlimit tight = usual;
    tight.rlim_cur = static_cast<rlim_t>(lowest_free) + 1;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
    Bytes answer{1};
    {
        const Sender late(world.socket());
        if (late.connected()) answer = late.receive_all();
    }
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &usual) == 0);
    CHECK(answer.empty());
    CHECK(world.rejected(ConnectionRejection::too_many) == 1);
    REQUIRE(early.send(start() + data_frame("served all the same")));
    const Sender next(world.socket());
    REQUIRE(next.send(ready()));
    CHECK(next.receive(42) == accept());
    CHECK(world.stop().size() == 1);
}

TEST_CASE("clients that send noise harm neither intake nor a sender that behaves") {
    IntakeWorld world;
    const Sender sound(world.socket());
    REQUIRE(sound.send(ready() + start()));
    std::mt19937 random(7);
    for (int i = 0; i < 300; ++i) {
        Bytes noise = i % 2 == 0 ? Bytes{} : ready() + start();
        for (auto n = random() % 3000; n > 0; --n)
            noise.push_back(static_cast<std::uint8_t>(random() % 3 * random()));
        Sender(world.socket()).send(noise);
        REQUIRE(sound.send(data_frame("sound " + std::to_string(i))));
    }
    REQUIRE(sound.send(stop()));
    CHECK(sound.receive_all() == accept() + finish());
    int next = 0;
    for (const StoredFrame& frame : world.stop())
        if (frame.bytes == "sound " + std::to_string(next)) ++next;
    CHECK(next == 300);
}

}  // namespace tapferry
