#include "transports/stream.h"

#include <algorithm>
#include <thread>

#include "tests/transports/peer.h"
#include "tests/transports/transport_fixture.h"

namespace tapferry {
namespace {

StreamOptions options_for(const Listener& listener, std::chrono::milliseconds window) {
    StreamOptions options;
    options.addresses = {listener.address()};
    options.replay_window = window;
    return options;
}

}  // namespace

TEST_CASE("records arrive framed and in order, and are accepted after they are sent") {
    auto listener = Listener::on_loopback();
    Stream stream(options_for(listener, 0s));
    const auto records = records_of({"first", "second"}, Framing::octet_counting);
    REQUIRE(stream.submit({records}, Ticket{1}, long_from_now()));
    auto peer = listener.accept();
    CHECK(peer.read(15) == "5 first6 second");
    CHECK(summary(outcomes_of(stream, 2)) == "sent 1, accepted 1");
}

TEST_CASE("only the records from the first one on are sent") {
    auto listener = Listener::on_loopback();
    Stream stream(options_for(listener, 0s));
    const auto records = records_of({"old", "new", "newest"});
    REQUIRE(stream.submit({records, 1}, Ticket{1}, long_from_now()));
    CHECK(listener.accept().read(11) == "new\nnewest\n");
}

TEST_CASE("nothing is accepted before the replay window has passed") {
    auto listener = Listener::on_loopback();
    Stream stream(options_for(listener, 1h));
    const auto records = records_of({"event"});
    REQUIRE(stream.submit({records}, Ticket{1}, long_from_now()));
    auto peer = listener.accept();
    CHECK(peer.read(6) == "event\n");
    CHECK(summary(outcomes_of(stream, 1)) == "sent 1");
    CHECK(!stream.wait(now() + 200ms));
}

TEST_CASE("several batches go over one connection") {
    auto listener = Listener::on_loopback();
    Stream stream(options_for(listener, 0s));
    const auto records = records_of({"event"});
    for (std::uint64_t i = 1; i <= 3; ++i) {
        REQUIRE(stream.submit({records}, Ticket{i}, long_from_now()));
        (void)outcomes_of(stream, 2);
    }
    CHECK(listener.accept().read(18) == "event\nevent\nevent\n");
    CHECK(!listener.has_waiting());
}

TEST_CASE("a second batch is not taken while the first is being written") {
    auto listener = Listener::on_loopback(4096);
    Stream stream(options_for(listener, 0s));
    const auto large = many_records(64, 1 << 18);
    const auto small = records_of({"event"});
    REQUIRE(stream.submit({large}, Ticket{1}, now() + 100ms));
    CHECK(!stream.submit({small}, Ticket{2}, now() + 100ms));
    CHECK(!stream.wait(now()));
}

TEST_CASE("a peer that stops reading is waited for beyond the user timeout, and then gets everything") {
    auto listener = Listener::on_loopback(4096);
    auto options = options_for(listener, 0s);
    options.user_timeout = 300ms;
    options.stall_timeout = 1h;
    Stream stream(std::move(options));
    const auto records = many_records(64, 1 << 18);
    REQUIRE(stream.submit({records}, Ticket{1}, now() + 100ms));
    auto peer = listener.accept();
    CHECK(!stream.wait(now() + 3s));

    std::string got;
    std::jthread reader([&] { got = peer.read(records.bytes()); });
    const auto outcomes = outcomes_of(stream, 2);
    reader.join();
    CHECK(summary(outcomes) == "sent 1, accepted 1");
    CHECK(got == records.wire(0, records.size()));
}

TEST_CASE("bytes that are only in our own kernel are sent, but not accepted") {
    auto listener = Listener::on_loopback(4096);
    Stream stream(options_for(listener, 0s));
    const auto records = many_records(200, 1000);
    REQUIRE(stream.submit({records}, Ticket{1}, long_from_now()));
    auto peer = listener.accept();
    CHECK(summary(outcomes_of(stream, 1)) == "sent 1");
    CHECK(!stream.wait(now() + 100ms));
    std::jthread reader([&] { (void)peer.read(records.bytes()); });
    CHECK(summary(outcomes_of(stream, 1)) == "accepted 1");
}

TEST_CASE("a peer that takes nothing for the stall timeout is given up") {
    auto listener = Listener::on_loopback(4096);
    auto options = options_for(listener, 1h);
    options.user_timeout = options.stall_timeout = 300ms;
    Stream stream(std::move(options));
    const auto records = many_records(64, 1 << 18);
    REQUIRE(stream.submit({records}, Ticket{1}, now()));
    auto peer = listener.accept();
    const auto outcome = outcomes_of(stream, 1).front();
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.words == "connection to " + listener.address().text + ": Connection timed out");
}

TEST_CASE("what lies unread in a peer's kernel is sent and not lost") {
    auto listener = Listener::on_loopback();
    Stream stream(options_for(listener, 1h));
    const auto records = records_of({"event"});
    REQUIRE(stream.submit({records}, Ticket{1}, long_from_now()));
    CHECK(summary(outcomes_of(stream, 1)) == "sent 1");
    CHECK(!stream.wait(now() + 50ms));
    auto peer = listener.accept();
    CHECK(peer.read(6) == "event\n");
}

TEST_CASE("what a peer says is read and thrown away") {
    auto listener = Listener::on_loopback();
    Stream stream(options_for(listener, 0s));
    const auto records = records_of({"event"});
    REQUIRE(stream.submit({records}, Ticket{1}, long_from_now()));
    auto peer = listener.accept();
    (void)outcomes_of(stream, 2);

    constexpr std::size_t chatter = 16 << 20;
    std::jthread talker([&] {
        const std::string noise(1 << 16, 'x');
        for (std::size_t sent = 0; sent < chatter; sent += noise.size()) peer.write(noise);
        peer.close();
    });
    std::uint64_t ticket = 2;
    while (
        !listener
             .has_waiting()) {  // the end behind the chatter is seen: the next batch takes a new connection
        if (!stream.submit({records}, Ticket{ticket}, long_from_now())) {
            (void)stream.wait(now());
            continue;
        }
        ++ticket;
        (void)stream.wait(now() + 1ms);
    }
    talker.join();
    CHECK(listener.accept().read(6) == "event\n");
}

TEST_CASE("a unix socket carries a stream too, and is accepted when the peer has read it") {
    const TemporaryFolder folder;
    auto listener = Listener::on_path(folder.path("peer.sock"));
    Stream stream(options_for(listener, 0s));
    const auto records = records_of({"event"});
    REQUIRE(stream.submit({records}, Ticket{1}, long_from_now()));
    auto peer = listener.accept();
    CHECK(summary(outcomes_of(stream, 1)) == "sent 1");
    CHECK(!stream.wait(now() + 100ms));
    CHECK(peer.read(6) == "event\n");
    CHECK(summary(outcomes_of(stream, 1)) == "accepted 1");
}

}  // namespace tapferry
