#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "tests/transports/peer.h"
#include "tests/transports/transport_fixture.h"
#include "transports/stream.h"

namespace tapferry {
namespace {

// With a window that never passes: what is accepted is so by the connection's end.
struct Connected {
    Listener listener;
    Stream stream;
    RecordBuffer records = records_of({"event"});

    explicit Connected(Listener made) : listener(std::move(made)), stream(options(listener.address())) {}

    static StreamOptions options(const Address& address) {
        StreamOptions options;
        options.addresses = {address};
        options.replay_window = 1h;
        return options;
    }

    void send(std::uint64_t tickets) {
        for (std::uint64_t i = 1; i <= tickets; ++i) {
            REQUIRE(stream.submit({records}, Ticket{i}, long_from_now()));
            CHECK(summary(outcomes_of(stream, 1)) == "sent " + std::to_string(i));
        }
    }
};

}  // namespace

TEST_CASE("a peer that closes with bytes unread gives back every batch, also those it read") {
    Connected one(Listener::on_loopback());
    one.send(3);
    auto peer = one.listener.accept();
    CHECK(peer.read(6) == "event\n");
    peer.wait_for_unread(12);
    peer.close();
    const auto outcomes = outcomes_of(one.stream, 3);
    CHECK(summary(outcomes) == "retry 1, retry 2, retry 3");
    CHECK(outcomes[0].words == "connection to " + one.listener.address().text +
                                   ": Connection reset by peer (does that port speak TLS?)");
    CHECK(!one.stream.wait(now()));
}

TEST_CASE("a peer that closes in good order while batches are in the window gives them back") {
    Connected one(Listener::on_loopback());
    one.send(2);
    auto peer = one.listener.accept();
    CHECK(peer.read(12) == "event\nevent\n");
    peer.close();
    const auto outcomes = outcomes_of(one.stream, 2);
    CHECK(summary(outcomes) == "retry 1, retry 2");
    CHECK(outcomes[0].words == "connection to " + one.listener.address().text +
                                   ": closed by the peer (does that port speak TLS?)");
}

TEST_CASE("a peer that hangs up is taken for one of TLS only until it has accepted something") {
    Connected one(Listener::on_loopback());
    auto options = Connected::options(one.listener.address());
    options.replay_window = 50ms;
    Stream stream(options);
    CHECK(summary({deliver(stream, {one.records}, Ticket{1})}) == "sent 1");
    CHECK(summary(outcomes_of(stream, 1)) == "accepted 1");
    CHECK(summary({deliver(stream, {one.records}, Ticket{2})}) == "sent 2");
    auto peer = one.listener.accept();
    CHECK(peer.read(12) == "event\nevent\n");
    peer.close();
    const auto outcomes = outcomes_of(stream, 1);
    CHECK(summary(outcomes) == "retry 2");
    CHECK(outcomes[0].words == "connection to " + one.listener.address().text + ": closed by the peer");
}

TEST_CASE("a unix socket whose server hangs up is not taken for one of TLS") {
    const TemporaryFolder folder;
    Connected one(Listener::on_path(folder.path("peer.sock")));
    one.send(1);
    auto peer = one.listener.accept();
    CHECK(peer.read(6) == "event\n");
    peer.close();
    CHECK(outcomes_of(one.stream, 1)[0].words ==
          "connection to " + one.listener.address().text + ": closed by the peer");
}

TEST_CASE(
    "a peer that died within the window has accepted nothing, though nobody looked before it was over") {
    auto listener = Listener::on_loopback();
    auto options = Connected::options(listener.address());
    options.replay_window = 200ms;
    Stream stream(options);
    const auto records = records_of({"event"});
    CHECK(summary({deliver(stream, {records}, Ticket{1})}) == "sent 1");
    auto peer = listener.accept();
    CHECK(peer.read(6) == "event\n");
    // Sees the acknowledgement.
    CHECK(!stream.wait(now() + 50ms));
    peer.close();
    // The process is starved or stopped.
    std::this_thread::sleep_until(now() + 400ms);
    CHECK(summary(outcomes_of(stream, 1)) == "retry 1");
}

TEST_CASE("a batch that is being written when the peer dies comes back with those before it") {
    Connected one(Listener::on_loopback(4096));
    one.send(1);
    const auto large = many_records(64, 1 << 18);
    REQUIRE(one.stream.submit({large}, Ticket{2}, now() + 50ms));
    one.listener.accept().close();
    CHECK(summary(outcomes_of(one.stream, 2)) == "retry 1, retry 2");
}

TEST_CASE("batches are given back before a new one is taken") {
    Connected one(Listener::on_loopback());
    one.send(1);
    one.listener.accept().close();
    // Until the reset is here a batch still goes to the old connection.
    for (std::uint64_t ticket = 2; one.stream.submit({one.records}, Ticket{ticket}, long_from_now());)
        ++ticket;
    CHECK(!one.listener.has_waiting());
    Outcome first = outcomes_of(one.stream, 1).front();
    while (first.verdict == Outcome::Verdict::sent) first = outcomes_of(one.stream, 1).front();
    CHECK(summary({first}) == "retry 1");
}

TEST_CASE("a peer that is frozen and then killed has accepted nothing") {
    Connected one(Listener::on_loopback());
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const Peer frozen = one.listener.accept();
        for (;;) ::pause();
    }
    one.send(3);
    one.listener.close();
    CHECK(!one.stream.wait(now() + 100ms));
    REQUIRE(::kill(child, SIGKILL) == 0);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    CHECK(summary(outcomes_of(one.stream, 3)) == "retry 1, retry 2, retry 3");
}

TEST_CASE("a clean stop half-closes, and the peer's end makes everything accepted") {
    Connected one(Listener::on_loopback());
    one.send(2);
    auto peer = one.listener.accept();
    one.stream.finish(long_from_now());
    CHECK(peer.read_to_end() == "event\nevent\n");
    peer.close();
    CHECK(summary(outcomes_of(one.stream, 2)) == "accepted 1, accepted 2");
}

TEST_CASE("a clean stop over a unix socket is the same") {
    const TemporaryFolder folder;
    Connected one(Listener::on_path(folder.path("peer.sock")));
    one.send(2);
    auto peer = one.listener.accept();
    one.stream.finish(long_from_now());
    CHECK(peer.read_to_end() == "event\nevent\n");
    peer.close();
    CHECK(summary(outcomes_of(one.stream, 2)) == "accepted 1, accepted 2");
}

TEST_CASE("a stop first writes what is being written") {
    Connected one(Listener::on_loopback(4096));
    const auto large = many_records(64, 1 << 18);
    REQUIRE(one.stream.submit({large}, Ticket{1}, now() + 50ms));
    auto peer = one.listener.accept();
    one.stream.finish(long_from_now());
    std::size_t got = 0;
    std::jthread reader([&] {
        got = peer.read_to_end().size();
        peer.close();
    });
    const auto outcomes = outcomes_of(one.stream, 2);
    reader.join();
    CHECK(summary(outcomes) == "sent 1, accepted 1");
    CHECK(got == large.bytes());
}

TEST_CASE("a peer that does not close when we have gives everything back") {
    Connected one(Listener::on_loopback());
    one.send(2);
    auto peer = one.listener.accept();
    one.stream.finish(now() + 50ms);
    const auto outcomes = outcomes_of(one.stream, 2);
    CHECK(summary(outcomes) == "retry 1, retry 2");
    CHECK(outcomes[0].words ==
          "connection to " + one.listener.address().text + ": the peer did not close it when we had");
}

TEST_CASE("a peer that closes with bytes unread during a clean stop gives everything back") {
    Connected one(Listener::on_loopback());
    one.send(2);
    auto peer = one.listener.accept();
    one.stream.finish(long_from_now());
    CHECK(peer.read(6) == "event\n");
    peer.wait_for_unread(6);
    peer.close();
    CHECK(summary(outcomes_of(one.stream, 2)) == "retry 1, retry 2");
}

TEST_CASE("a peer that ends its side behind ours without having read everything proves nothing") {
    const TemporaryFolder folder;
    Connected one(Listener::on_path(folder.path("peer.sock")));
    one.send(2);
    auto peer = one.listener.accept();
    one.stream.finish(now() + 200ms);
    CHECK(peer.read(6) == "event\n");
    peer.end_writing();
    CHECK(summary(outcomes_of(one.stream, 2)) == "retry 1, retry 2");
}

TEST_CASE("a peer's end that came before ours proves nothing, even when it goes on reading") {
    Connected one(Listener::on_loopback());
    one.send(1);
    auto peer = one.listener.accept();
    peer.end_writing();
    CHECK(summary(outcomes_of(one.stream, 1)) == "retry 1");
}

TEST_CASE("after the end no batch is taken") {
    Connected one(Listener::on_loopback());
    one.stream.finish(long_from_now());
    CHECK(!one.stream.submit({one.records}, Ticket{1}, long_from_now()));
    CHECK(!one.stream.wait(now()));
}

}  // namespace tapferry
