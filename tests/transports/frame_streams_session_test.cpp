#include "transports/frame_streams_session.h"

#include <doctest/doctest.h>

#include "tests/transports/frame_streams_peer.h"

namespace tapferry {
namespace {

using State = FrameStreamsSession::State;

// One that has come so far.
FrameStreamsSession session_at(State state) {
    FrameStreamsSession session;
    if (state == State::none) return session;
    CHECK(session.ready() == frames::ready);
    if (state == State::offered) return session;
    CHECK(session.take(frames::accept) == frames::accept.size());
    if (state == State::accepted) return session;
    CHECK(session.start() == frames::start);
    if (state == State::stopping) CHECK(session.stop() == frames::stop);
    return session;
}

}  // namespace

TEST_CASE("a session goes from READY over ACCEPT, START and STOP to FINISH") {
    FrameStreamsSession session;
    CHECK(session.ready() == frames::ready);
    CHECK(session.state() == State::offered);
    CHECK(session.take(frames::accept) == frames::accept.size());
    CHECK(session.state() == State::accepted);
    CHECK(session.start() == frames::start);
    CHECK(session.state() == State::open);
    CHECK(session.stop() == frames::stop);
    CHECK(session.state() == State::stopping);
    CHECK(session.take(frames::finish) == frames::finish.size());
    CHECK(session.state() == State::finished);
}

TEST_CASE("what is not whole yet is waited for, at every length") {
    for (std::size_t length = 0; length < frames::accept.size(); ++length) {
        CAPTURE(length);
        auto session = session_at(State::offered);
        CHECK(session.take(frames::accept.substr(0, length)) == 0);
        CHECK(session.state() == State::offered);
        CHECK(session.take(frames::accept) == frames::accept.size());
        CHECK(session.state() == State::accepted);
    }
}

TEST_CASE("a receiver takes dnstap when it names its type among others, or none at all") {
    const auto other = frames::content_type("protobuf:other");
    for (const auto& types :
         {std::string(), frames::dnstap, other + frames::dnstap, frames::dnstap + other}) {
        auto session = session_at(State::offered);
        (void)session.take(frames::control(1, types));
        CHECK(session.state() == State::accepted);
    }
}

TEST_CASE("a wrong answer to the offer needs a person, and is told in printable words") {
    struct Row {
        std::string answer;
        std::string words;
    };
    const auto other = frames::content_type("protobuf:\x1b[1mother");
    const std::string sender = ": it sends Frame Streams itself, and takes none";
    const std::string banner = "220 mail.test ESMTP\r\n";
    for (const Row& row :
         {Row{frames::control(1, other),
              R"(it takes "protobuf:?[1mother", and not "protobuf:dnstap.Dnstap")"},
          Row{frames::finish, "it answers FINISH to what we offer"},
          Row{frames::ready, "it says READY" + sender}, Row{frames::start, "it says START" + sender},
          Row{frames::stop, "it says STOP" + sender},
          Row{banner, "it sends \"220 mail.test ESMTP??\", and may send control frames only"},
          Row{"2", "it sends \"2\", and may send control frames only"},
          Row{frames::data("x"), "it sends \"????x\", and may send control frames only"},
          Row{frames::number(0) + frames::number(3), "it sends a control frame of 3 bytes"},
          Row{frames::number(0) + frames::number(513), "it sends a control frame of 513 bytes"},
          Row{frames::number(0) + std::string(4, '\xFF'), "it sends a control frame of 4294967295 bytes"},
          Row{frames::control(1, frames::number(1) + frames::number(9) + "short"),
              "it sends a malformed control frame"},
          Row{frames::control(1, frames::content_type(std::string(300, 'x'))),
              "it sends a malformed control frame"}}) {
        CAPTURE(row.words);
        auto session = session_at(State::offered);
        CHECK(session.take(row.answer) <= row.answer.size());
        CHECK(session.state() == State::failed);
        CHECK(session.words() == row.words);
        CHECK(session.needs_a_person());
    }
}

TEST_CASE("what is wrong once the receiver has taken our type may pass") {
    for (const State state : {State::accepted, State::open, State::stopping}) {
        for (const auto& said : {std::string("x"), frames::data("x"), frames::start, frames::ready}) {
            auto session = session_at(state);
            (void)session.take(said);
            CHECK(session.state() == State::failed);
            CHECK(!session.needs_a_person());
        }
    }
    auto session = session_at(State::open);
    (void)session.take(frames::finish);
    CHECK(session.state() == State::failed);
    CHECK(session.words() == "it ends the stream");
}

TEST_CASE("a second ACCEPT, fields and control frames that nobody knows change nothing") {
    const auto unknown = frames::control(99, "what it carries is its own matter");
    const auto field = frames::control(1, frames::number(7) + frames::number(2) + "ab" + frames::dnstap);
    auto session = session_at(State::offered);
    CHECK(session.take(unknown + unknown) == 2 * unknown.size());
    CHECK(session.state() == State::offered);
    CHECK(session.take(field) == field.size());
    CHECK(session.state() == State::accepted);
    (void)session.start();
    CHECK(session.take(unknown + frames::accept) == unknown.size() + frames::accept.size());
    CHECK(session.state() == State::open);
}

TEST_CASE("the longest control frame fits into what is received at once") {
    const auto longest = frames::control(99, std::string(508, 'x'));
    CHECK(longest.size() <= FrameStreamsSession::most_received);
    auto session = session_at(State::offered);
    CHECK(session.take(longest) == longest.size());
    CHECK(session.state() == State::offered);
}

TEST_CASE("a new connection begins anew") {
    auto session = session_at(State::stopping);
    session.forget();
    CHECK(session.ready() == frames::ready);
}

}  // namespace tapferry
