// How a stream of frames ends: by a stop, by its peer, or broken, and what is accepted then.
#include <latch>
#include <thread>

#include "tests/transports/frame_streams_sender.h"

namespace tapferry {

TEST_CASE("a stop says STOP although everything is accepted, and does not end before FINISH") {
    bool finished = false;
    FramesReceiver receiver({[&](FramesPeer& peer) {
        peer.open();
        take_both(peer);
        CHECK(peer.read() == frames::stop);
        finished = true;
        peer.write(frames::finish);
        peer.see_end();
    }});
    FramesSender sender(receiver);
    sender.submit();
    CHECK(sender.outcomes(2) == "sent 1, accepted 1");
    sender.stream().finish(long_from_now());
    sender.transport.reset();
    receiver.join();
    CHECK(finished);
}

TEST_CASE("the last outcome of a stop is not told before FINISH") {
    std::latch looked(1);
    FramesReceiver receiver({[&](FramesPeer& peer) {
        peer.open();
        take_both(peer);
        CHECK(peer.read() == frames::stop);
        looked.wait();
        peer.write(frames::finish);
        peer.see_end();
    }});
    FramesSender sender(receiver);
    sender.options.replay_window = 1ms;
    CHECK(summary({sender.send()}) == "sent 1");
    sender.stream().finish(long_from_now());
    CHECK(!sender.stream().wait(now() + 100ms));
    looked.count_down();
    CHECK(sender.outcomes(1) == "accepted 1");
    receiver.join();
}

TEST_CASE("a stop without FINISH gives back what is not accepted yet") {
    std::function<void(FramesPeer&)> last;
    std::string words;
    SUBCASE("silence") {
        last = [](FramesPeer& peer) { peer.see_end(); };
        words = ": the peer did not say that it has everything";
    }
    SUBCASE("an end of file") {
        last = [](FramesPeer& peer) {
            peer.end_writing();
            peer.see_end();
        };
        words = ": closed by the peer";
    }
    FramesReceiver receiver({[&](FramesPeer& peer) {
        peer.open();
        take_both(peer);
        CHECK(peer.read() == frames::stop);
        last(peer);
    }});
    FramesSender sender(receiver);
    sender.options.replay_window = never;
    CHECK(summary({sender.send()}) == "sent 1");
    sender.stream().finish(now() + 300ms);
    const auto outcome = outcomes_of(sender.stream(), 1).front();
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.words == "connection to " + receiver.address().text + words);
    CHECK(outcome.handed_over);
    receiver.join();
}

TEST_CASE("FINISH counts though the peer closes right behind it") {
    auto listener = Listener::on_loopback();
    FramesSender sender({listener.address()});
    sender.options.replay_window = never;
    std::jthread receiver([&] {
        Peer connection = listener.accept();
        FramesPeer peer(connection);
        peer.open();
        take_both(peer);
        CHECK(peer.read() == frames::stop);
        peer.write(frames::finish);
        connection.end_writing();
    });
    CHECK(summary({sender.send()}) == "sent 1");
    sender.stream().finish(long_from_now());
    CHECK(sender.outcomes(1) == "accepted 1");
}

TEST_CASE("FINISH of a peer that has not seen STOP is not believed: it ends the stream of itself") {
    const TemporaryFolder folder;
    auto listener = Listener::on_path(folder.path("peer.sock"));
    FramesSender sender({listener.address()});
    sender.options.replay_window = never;
    std::latch stopped(1);
    std::latch heard(1);
    std::jthread receiver([&] {
        Peer connection = listener.accept();
        FramesPeer peer(connection);
        peer.open();
        take_both(peer);
        stopped.wait();
        connection.wait_for_unread(frames::stop.size());
        peer.write(frames::finish);
        heard.wait();
    });
    CHECK(summary({sender.send()}) == "sent 1");
    sender.stream().finish(long_from_now());
    stopped.count_down();
    const auto outcome = outcomes_of(sender.stream(), 1).front();
    heard.count_down();
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.words == with("it ends the stream before it has everything", listener.address()));
}

TEST_CASE("after a broken connection everything that is not accepted goes again, behind a new handshake") {
    FramesReceiver receiver({[](FramesPeer& peer) {
                                 peer.open();
                                 take_both(peer);
                                 peer.take("one");
                             },
                             [](FramesPeer& peer) {
                                 peer.open();
                                 take_both(peer);
                                 take_both(peer);
                                 peer.see_stop();
                             }});
    FramesSender sender(receiver);
    sender.options.replay_window = never;
    CHECK(summary({sender.send(1)}) == "sent 1");
    CHECK(summary({sender.send(2)}) == "sent 2");
    CHECK(sender.outcomes(2) == "retry 1, retry 2");
    CHECK(summary({sender.send(3)}) == "sent 3");
    CHECK(summary({sender.send(4)}) == "sent 4");
    sender.stream().finish(long_from_now());
    CHECK(sender.outcomes(2) == "accepted 3, accepted 4");
    receiver.join();
}

TEST_CASE("a peer that ends the stream, or sends garbage, is left, and what is not accepted goes again") {
    for (const auto& [said, words] :
         {std::pair<std::string, std::string>{frames::finish, "it ends the stream"},
          {"what?", "it sends \"what?\", and may send control frames only"}}) {
        CAPTURE(words);
        FramesReceiver receiver({[&](FramesPeer& peer) {
            peer.open();
            take_both(peer);
            peer.write(said);
            peer.see_end();
        }});
        FramesSender sender(receiver);
        sender.options.replay_window = never;
        CHECK(summary({sender.send()}) == "sent 1");
        const auto outcome = outcomes_of(sender.stream(), 1).front();
        CHECK(summary({outcome}) == "retry 1");
        CHECK(outcome.words == with(words, receiver.address()));
        receiver.join();
    }
}

TEST_CASE("a stream that ends while nothing is under way is begun again, and nobody hears of it") {
    std::latch accepted(1);
    FramesReceiver receiver({[&](FramesPeer& peer) {
                                 peer.open();
                                 take_both(peer);
                                 accepted.wait();
                                 peer.write(frames::finish);
                                 peer.see_end();
                             },
                             [](FramesPeer& peer) {
                                 peer.open();
                                 take_both(peer);
                                 peer.see_stop();
                             }});
    FramesSender sender(receiver);
    sender.submit(1);
    CHECK(sender.outcomes(2) == "sent 1, accepted 1");
    accepted.count_down();
    CHECK(!sender.stream().wait(now() + 100ms));
    sender.submit(2);
    CHECK(sender.outcomes(2) == "sent 2, accepted 2");
    sender.stream().finish(long_from_now());
    receiver.join();
}

TEST_CASE("a stop while the peer has not answered yet gives back what waits, in time") {
    FramesReceiver receiver({[](FramesPeer& peer) {
        CHECK(peer.read() == frames::ready);
        peer.see_end();
    }});
    FramesSender sender(receiver);
    REQUIRE(sender.stream().submit({sender.records}, Ticket{1}, now() + 50ms));
    sender.stream().finish(now() + 200ms);
    const auto outcome = outcomes_of(sender.stream(), 1).front();
    CHECK(summary({outcome}) == "retry 1");
    CHECK(!outcome.handed_over);
    receiver.join();
}

}  // namespace tapferry
