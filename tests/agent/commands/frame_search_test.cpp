#include "agent/commands/frame_search.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/frame_streams_file.h"

namespace tapferry {
namespace {

using namespace test;
using Found = FrameSearch::Found;
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

struct Search {
    Found found;
    std::size_t at;
};
Search search(const Bytes& bytes, bool last) {
    std::size_t at = 0;
    const Found found = FrameSearch().next(bytes, at, bytes.size(), last);
    return {found, at};
}

TEST_CASE("a frame is found only where what follows it can follow a frame") {
    const Frame frame = read_capture("bind-sec").front();
    const Bytes stop{0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 3};
    const Bytes no_control{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 3};
    const Bytes whole = framed(frame);
    const Bytes begun(whole.begin(), whole.begin() + 8);
    for (const Bytes& behind : {stop, begun, Bytes{}, Bytes{0xFF, 0xFF}}) {
        const Search one = search(noise + framed(frame) + behind, true);
        CHECK(one.found == Found::here);
        CHECK(one.at == noise.size());
    }
    for (const Bytes& behind : {noise, no_control, Bytes{0, 0, 0, 9, 0x77}, Bytes{0, 0, 0, 0, 0}}) {
        CAPTURE(behind.size());
        CHECK(search(noise + framed(frame) + behind, true).found == Found::nothing);
        // The next one that has a sound end is taken instead.
        const Search next = search(noise + framed(frame) + behind + framed(frame) + stop, true);
        CHECK(next.found == Found::here);
        CHECK(next.at == noise.size() + 4 + frame.size() + behind.size());
    }
}

TEST_CASE("a place that more bytes would decide is looked at again when they are there") {
    const Frame frame = read_capture("bind-sec").front();
    const Bytes whole = noise + framed(frame) + framed(frame);
    for (std::size_t size = noise.size() + 5; size < noise.size() + 4 + frame.size() + 8; ++size) {
        CAPTURE(size);
        const Bytes begun(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        const Search one = search(begun, false);
        CHECK(one.found == Found::unknown);
        CHECK(one.at == noise.size());
    }
    CHECK(search(whole, false).found == Found::here);
}

TEST_CASE("what is no dnstap message, or longer than a frame may be, is no place") {
    const Bytes stop{0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 3};
    const Bytes no_message{0, 0, 0, 2, 0x78, 0x01};
    const Bytes empty_message{0, 0, 0, 2, 0x72, 0x00};
    for (const Bytes& bytes : {no_message, empty_message}) {
        std::size_t at = 0;
        CHECK(FrameSearch().next(bytes + stop, at, bytes.size(), true) == Found::nothing);
    }
    // It would wait for so much.
    std::size_t at = 0;
    CHECK(FrameSearch().next(Bytes{0, 0x10, 0, 1, 0x0A} + noise, at, 5, false) == Found::nothing);
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
        std::size_t at = 0;
        const bool does = FrameSearch().swallows_frames(std::span(bytes).first(of_them),
                                                        std::span(bytes).subspan(of_them), at);
        return does ? at : 0;
    };
    for (const std::size_t more : {std::size_t{1}, std::size_t{10}, frame.size() + 4, frame.size() + 20})
        CHECK(swallowed(two, frame.size() + more) == frame.size() + 4);
    CHECK(swallowed(two, frame.size()) == 0);
    CHECK(swallowed(Bytes{0x0A, 0x7F} + noise, 22) == 0);
    Bytes cut = framed(frame);
    cut.pop_back();
    CHECK(swallowed(Bytes(frame.begin(), frame.end()) + cut, frame.size() + cut.size()) == 0);
    // One that decodes, be it odd, swallows nothing.
    Bytes odd(frame.begin(), frame.end());
    for (int i = 0; i < 50; ++i) odd = odd + Bytes{0x78, 0x01};
    odd = odd +
          Bytes{0x1A, static_cast<std::uint8_t>(framed(frame).size() % 128 + 128),
                static_cast<std::uint8_t>(framed(frame).size() / 128)} +
          framed(frame);
    CHECK_FALSE(fields_fill(odd));
    CHECK(swallowed(odd, odd.size()) == 0);
    // And where the two lie apart.
    const Bytes behind(two.begin() + static_cast<std::ptrdiff_t>(frame.size()) + 9, two.end());
    const Bytes before(two.begin(), two.begin() + static_cast<std::ptrdiff_t>(frame.size()) + 9);
    std::size_t at = 0;
    CHECK(FrameSearch().swallows_frames(before, behind, at));
    CHECK(at == frame.size() + 4);
}

}  // namespace
}  // namespace tapferry
