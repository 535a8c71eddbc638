#include "tests/fuzz/frame_streams_properties.h"

#include <algorithm>

#include "transports/frame_streams_session.h"

namespace tapferry::test {
namespace {

using State = FrameStreamsSession::State;

constexpr std::size_t most_words = 1000;

bool is_sound(const std::string& words) {
    return !words.empty() && words.size() < most_words &&
           std::all_of(words.begin(), words.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
}

bool is_over(const FrameStreamsSession& session) {
    return session.state() == State::finished || session.state() == State::failed;
}

// Says what a sender says next, where it may; STOP only once it has been asked something as open.
void say_next(FrameStreamsSession& session, bool& was_open) {
    if (session.state() == State::accepted)
        (void)session.start();
    else if (session.state() == State::open && was_open)
        (void)session.stop();
    else
        was_open = session.state() == State::open;
}

}  // namespace

std::string broken_by_receiver(std::string_view bytes, std::size_t piece) {
    FrameStreamsSession session;
    (void)session.ready();
    std::string received;
    bool was_open = false;
    while (!bytes.empty() && !is_over(session)) {
        received += bytes.substr(0, piece);
        bytes.remove_prefix(std::min(piece, bytes.size()));
        const State before = session.state();
        const std::size_t used = session.take(received);
        if (used > received.size()) return "uses more bytes than there are";
        received.erase(0, used);
        if (session.state() < before) return "goes back";
        if (session.state() == State::finished && before != State::stopping) return "is finished before STOP";
        if (!is_over(session) && received.size() >= FrameStreamsSession::most_received)
            return "waits for a control frame without end";
        say_next(session, was_open);
    }
    if (session.state() == State::failed && !is_sound(session.words())) return "says odd words";
    return "";
}

}  // namespace tapferry::test
