#include "agent/commands/frame_search.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/frame_streams_file.h"

namespace tapferry {
namespace {

using namespace test;
using Sight = FrameSearch::Sight;
using Bytes = std::vector<std::uint8_t>;

Bytes operator+(Bytes bytes, const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return bytes;
}

// With its length.
Bytes framed(const Frame& frame) {
    Bytes bytes;
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(frame.size() >> shift));
    return bytes + Bytes(frame.begin(), frame.end());
}

const Bytes noise(20, 0xFF);

FrameSearch::Found search(const Bytes& bytes, bool last) {
    return FrameSearch().next(bytes, 0, bytes.size(), last);
}

TEST_CASE("a frame is found only where what follows it can follow a frame") {
    const Frame frame = read_capture("bind-sec").front();
    const Bytes stop{0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 3};
    const Bytes no_control{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 3};
    const Bytes whole = framed(frame);
    const Bytes begun(whole.begin(), whole.begin() + 8);
    for (const Bytes& behind : {stop, begun, Bytes{}, Bytes{0xFF, 0xFF}}) {
        const auto one = search(noise + framed(frame) + behind, true);
        CHECK(one.sight == Sight::frame);
        CHECK(one.at == noise.size());
    }
    for (const Bytes& behind : {noise, no_control, Bytes{0, 0, 0, 9, 0x77}, Bytes{0, 0, 0, 0, 0}}) {
        CAPTURE(behind.size());
        CHECK(search(noise + framed(frame) + behind, true).sight == Sight::nothing);
        // The next one that has a sound end is taken instead.
        const auto next = search(noise + framed(frame) + behind + framed(frame) + stop, true);
        CHECK(next.sight == Sight::frame);
        CHECK(next.at == noise.size() + 4 + frame.size() + behind.size());
    }
}

TEST_CASE("a place that more bytes would decide is looked at again when they are there") {
    const Frame frame = read_capture("bind-sec").front();
    const Bytes whole = noise + framed(frame) + framed(frame);
    for (std::size_t size = noise.size() + 5; size < noise.size() + 4 + frame.size() + 8; ++size) {
        CAPTURE(size);
        const Bytes begun(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        const auto one = search(begun, false);
        CHECK(one.sight == Sight::unknown);
        CHECK(one.at == noise.size());
    }
    CHECK(search(whole, false).sight == Sight::frame);
}

TEST_CASE("what is no dnstap message, or longer than a frame may be, is no place") {
    const Bytes stop{0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 3};
    const Bytes no_message{0, 0, 0, 2, 0x78, 0x01};
    const Bytes empty_message{0, 0, 0, 2, 0x72, 0x00};
    for (const Bytes& bytes : {no_message, empty_message})
        CHECK(FrameSearch().next(bytes + stop, 0, bytes.size(), true).sight == Sight::nothing);
    // It would wait for so much.
    CHECK(FrameSearch().next(Bytes{0, 0x10, 0, 1, 0x0A} + noise, 0, 5, false).sight == Sight::nothing);
}

TEST_CASE("a frame of which the fields end with it is no other's, whatever the fields are") {
    const Frame frame = read_capture("bind-sec").front();
    CHECK(fields_fill(frame));
    CHECK(fields_fill(Bytes{0x0A, 0x02, 0xFF, 0xFF, 0x78, 0x01}));
    CHECK_FALSE(fields_fill(Bytes{0x0A, 0x04, 0xFF, 0xFF, 0x78}));
    CHECK_FALSE(fields_fill(Bytes(frame.begin(), frame.end()) + framed(frame)));
}

TEST_CASE("a frame swallows others when it is none itself, and they begin inside it and end soundly") {
    const Frame frame = read_capture("bind-sec").front();
    const Bytes two = Bytes(frame.begin(), frame.end()) + framed(frame) + framed(frame);
    const auto swallowed = [](const Bytes& bytes, std::size_t of_them) {
        return FrameSearch().swallowed_at(std::span(bytes).first(of_them), std::span(bytes).subspan(of_them));
    };
    for (const std::size_t more : {std::size_t{1}, std::size_t{10}, frame.size() + 4, frame.size() + 20})
        CHECK(swallowed(two, frame.size() + more) == frame.size() + 4);
    CHECK_FALSE(swallowed(two, frame.size()));
    CHECK_FALSE(swallowed(Bytes{0x0A, 0x7F} + noise, 22));
    Bytes cut = framed(frame);
    cut.pop_back();
    CHECK_FALSE(swallowed(Bytes(frame.begin(), frame.end()) + cut, frame.size() + cut.size()));
    // One that decodes, be it odd, swallows nothing.
    Bytes odd(frame.begin(), frame.end());
    for (int i = 0; i < 50; ++i) odd = odd + Bytes{0x78, 0x01};
    odd = odd +
          Bytes{0x1A, static_cast<std::uint8_t>(framed(frame).size() % 128 + 128),
                static_cast<std::uint8_t>(framed(frame).size() / 128)} +
          framed(frame);
    CHECK_FALSE(fields_fill(odd));
    CHECK_FALSE(swallowed(odd, odd.size()));
    // And where the two lie apart.
    const Bytes behind(two.begin() + static_cast<std::ptrdiff_t>(frame.size()) + 9, two.end());
    const Bytes before(two.begin(), two.begin() + static_cast<std::ptrdiff_t>(frame.size()) + 9);
    CHECK(FrameSearch().swallowed_at(before, behind) == frame.size() + 4);
}

}  // namespace
}  // namespace tapferry
