// Frame Streams to receivers of dnstap: the handshake with its wrong turns, and what counts as accepted.
#include <latch>
#include <thread>

#include "tests/transports/frame_streams_sender.h"
#include "tests/transports/tls/tls_fixture.h"

namespace tapferry {

TEST_CASE("frames go behind the handshake, and a stop ends the stream and waits for FINISH") {
    FramesReceiver receiver({[](FramesPeer& peer) {
        peer.open();
        take_both(peer);
        take_both(peer);
        peer.see_stop();
    }});
    FramesSender sender(receiver);
    sender.options.replay_window = never;
    CHECK(summary({sender.send(1)}) == "sent 1");
    CHECK(summary({sender.send(2)}) == "sent 2");
    sender.stream().finish(long_from_now());
    CHECK(sender.outcomes(2) == "accepted 1, accepted 2");
    CHECK(!sender.stream().submit({sender.records}, Ticket{3}, long_from_now()));
    receiver.join();
}

TEST_CASE("what the peer's kernel has had for the replay window is accepted without FINISH") {
    FramesReceiver receiver({[](FramesPeer& peer) {
        peer.open();
        take_both(peer);
        peer.see_end();
    }});
    FramesSender sender(receiver);
    sender.submit();
    CHECK(sender.outcomes(2) == "sent 1, accepted 1");
    sender.transport.reset();
    receiver.join();
}

TEST_CASE("over a unix socket the same, and accepted is what the peer has read") {
    const TemporaryFolder folder;
    auto listener = Listener::on_path(folder.path("peer.sock"));
    FramesSender sender({listener.address()});
    std::optional<Peer> connection;
    std::optional<FramesPeer> peer;
    std::jthread answering([&] {
        connection.emplace(listener.accept());
        peer.emplace(*connection);
        peer->open();
    });
    CHECK(summary({sender.send()}) == "sent 1");
    answering.join();
    CHECK(!sender.stream().wait(now() + 100ms));
    take_both(*peer);
    CHECK(sender.outcomes(1) == "accepted 1");
    std::jthread ending([&] { peer->see_stop(); });
    sender.stream().finish(long_from_now());
}

TEST_CASE("a peer that answers our offer wrongly needs a person, and nothing was handed over") {
    std::string answer;
    std::string words;
    SUBCASE("another type") {
        answer = frames::control(1, frames::content_type("protobuf:other"));
        words = "it takes \"protobuf:other\", and not \"protobuf:dnstap.Dnstap\"";
    }
    SUBCASE("another protocol") {
        answer = "HTTP/1.1 400 Bad Request\r\n";
        words = "it sends \"HTTP/1.1 400 Bad Request??\", and may send control frames only";
    }
    SUBCASE("an endless control frame") {
        answer = frames::number(0) + frames::number(1 << 30) + std::string(10000, 'x');
        words = "it sends a control frame of 1073741824 bytes";
    }
    SUBCASE("a sender") {
        answer = frames::ready;
        words = "it says READY: it sends Frame Streams itself, and takes none";
    }
    bool closes = false;
    SUBCASE("another type, and goodbye") {
        answer = frames::control(1, frames::content_type("protobuf:other"));
        words = "it takes \"protobuf:other\", and not \"protobuf:dnstap.Dnstap\"";
        closes = true;
    }
    FramesReceiver receiver({[&](FramesPeer& peer) {
        CHECK(peer.read() == frames::ready);
        peer.write(answer);
        if (closes) peer.end_writing();
        peer.see_end();
    }});
    FramesSender sender(receiver);
    const auto outcome = sender.send();
    CHECK(summary({outcome}) == "misconfigured 1");
    CHECK(outcome.words == with(words, receiver.address()));
    CHECK(!outcome.handed_over);
    receiver.join();
}

TEST_CASE("a peer that does not answer our offer in time, or hangs up, is tried again") {
    std::function<void(FramesPeer&)> behind_ready;
    std::string words = "it does not answer: is it a receiver of dnstap?";
    SUBCASE("silence") {
        behind_ready = [](FramesPeer& peer) { peer.see_end(); };
    }
    SUBCASE("half an answer") {
        behind_ready = [](FramesPeer& peer) {
            peer.write(frames::accept.substr(0, 20));
            peer.see_end();
        };
    }
    SUBCASE("talk of its own, without end") {
        behind_ready = [](FramesPeer& peer) {
            for (int i = 0; i < 100; ++i) peer.write(frames::control(99, std::string(500, 'x')));
            peer.see_end();
        };
    }
    SUBCASE("an end of file") {
        behind_ready = [](FramesPeer& peer) {
            peer.end_writing();
            peer.see_end();
        };
        words = "it closes the connection when we offer dnstap (does that port speak TLS?)";
    }
    FramesReceiver receiver({[&](FramesPeer& peer) {
        CHECK(peer.read() == frames::ready);
        behind_ready(peer);
    }});
    FramesSender sender(receiver);
    sender.options.connect_timeout = 300ms;
    const auto outcome = sender.send();
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.words == with(words, receiver.address()));
    CHECK(!outcome.handed_over);
    receiver.join();
}

TEST_CASE("an answer that comes in pieces is one") {
    FramesReceiver receiver({[](FramesPeer& peer) {
        CHECK(peer.read() == frames::ready);
        for (const char byte : frames::accept) peer.write(std::string(1, byte));
        CHECK(peer.read() == frames::start);
        take_both(peer);
        peer.see_stop();
    }});
    FramesSender sender(receiver);
    sender.submit();
    CHECK(sender.outcomes(2) == "sent 1, accepted 1");
    sender.stream().finish(long_from_now());
    receiver.join();
}

TEST_CASE("the next of several peers is tried, and a person is needed when none of them can be used") {
    const auto refuse = [](FramesPeer& peer) {
        CHECK(peer.read() == frames::ready);
        peer.write(frames::control(1, frames::content_type("protobuf:other")));
        peer.see_end();
    };
    std::latch accepted(1);
    FramesReceiver first({refuse, refuse});
    FramesReceiver second({[&](FramesPeer& peer) {
                               peer.open();
                               take_both(peer);
                               accepted.wait();
                               peer.write(frames::finish);
                               peer.see_end();
                           },
                           refuse});
    FramesSender sender({first.address(), second.address()});
    CHECK(summary({sender.send(1)}) == "retry 1");
    sender.submit(2);
    CHECK(sender.outcomes(2) == "sent 2, accepted 2");
    accepted.count_down();
    CHECK(!sender.stream().wait(now() + 100ms));
    CHECK(summary({sender.send(3)}) == "retry 3");
    CHECK(summary({sender.send(4)}) == "misconfigured 4");
    first.join();
    second.join();
}

TEST_CASE("frames that fill many writes arrive whole and in order, and are accepted as a whole") {
    const auto large = many_records(64, 1 << 18, Framing::frame_streams);
    FramesReceiver receiver({[&](FramesPeer& peer) {
        peer.open();
        for (const Record& record : large.records()) peer.take(large.content(record));
        peer.see_stop();
    }});
    FramesSender sender(receiver);
    REQUIRE(sender.stream().submit({large}, Ticket{1}, now() + 50ms));
    sender.stream().finish(long_from_now());
    CHECK(sender.outcomes(2) == "sent 1, accepted 1");
    receiver.join();
}

TEST_CASE("a batch of nothing makes the handshake alone, as a probe does") {
    FramesReceiver receiver({[](FramesPeer& peer) {
        peer.open();
        peer.see_stop();
    }});
    FramesSender sender(receiver);
    sender.records.clear();
    sender.submit();
    CHECK(sender.outcomes(2) == "sent 1, accepted 1");
    sender.stream().finish(long_from_now());
    receiver.join();
}

TEST_CASE_FIXTURE(TlsFixture, "frames go over TLS too, to a peer that asks for our certificate") {
    TlsServer receiver(asking_for_certificates(), {[](TlsPeer& connection) {
                           CHECK(connection.shake_hands());
                           FramesPeer peer(connection);
                           peer.open();
                           take_both(peer);
                           peer.see_stop();
                       }});
    FramesSender sender({receiver.address()});
    sender.options.tls = showing(client);
    sender.options.replay_window = never;
    CHECK(summary({sender.send()}) == "sent 1");
    sender.stream().finish(long_from_now());
    CHECK(sender.outcomes(1) == "accepted 1");
    receiver.join();
}

}  // namespace tapferry
