// What is read behind damage in a capture, and what is told of it.
#include <doctest/doctest.h>

#include "tests/agent/commands/captured.h"

namespace tapferry {
namespace {

using namespace test;

TEST_CASE("a frame above 1 MiB is passed over and counted, and the next one is read") {
    const std::string bytes = read_test_file(capture_path("bind-sec"));
    const std::size_t first = frame_ends(bytes, 1).front();
    const std::string large = length_of((1 << 20) + 1) + std::string((1 << 20) + 1, 'x');
    const Capture capture = read_bytes(bytes.substr(0, first) + large + large + bytes.substr(first));
    CHECK(capture.result.end == CaptureEnd::whole);
    CHECK(capture.result.oversize == 2);
    CHECK(capture.frames == read_capture("bind-sec"));
}

TEST_CASE("a length above 1 MiB that leads to where no frame can follow is damage, and not a frame") {
    const std::string bytes = read_test_file(capture_path("bind-sec"));
    const std::size_t first = frame_ends(bytes, 1).front();
    const std::string large =
        length_of((1 << 20) + 1) + std::string((1 << 20) + 1, 'x') + std::string(20, '\xff');
    const Capture capture = read_bytes(bytes.substr(0, first) + large + bytes.substr(first));
    CHECK(capture.result.end == CaptureEnd::damaged);
    CHECK(capture.result.oversize == 0);
    CHECK(capture.result.skipped == large.size());
    CHECK(capture.frames == read_capture("bind-sec"));
}

TEST_CASE("a control frame that nobody knows is no part of the damage behind it") {
    const std::string bytes = read_test_file(capture_path("bind-sec"));
    const std::size_t first = frame_ends(bytes, 1).front();
    const std::string unknown = std::string(4, '\0') + length_of(4) + length_of(77);
    const Capture capture =
        read_bytes(bytes.substr(0, first) + unknown + "\xde\xad\xbe\xef" + bytes.substr(first));
    CHECK(capture.result.skipped == 4);
    CHECK(capture.frames == read_capture("bind-sec"));
}

TEST_CASE("behind a length that cannot be, the next frame is found, and what lies between is told") {
    const std::string bytes = read_test_file(capture_path("bind-sec"));
    const auto frames = read_capture("bind-sec");
    REQUIRE(frames.size() > 4);
    const auto ends = frame_ends(bytes, frames.size());
    for (const std::string& length :
         {std::string("\xff\xff\xff\xff"), std::string("\x00\x20\x00\x00", 4), std::string(4, '\0')}) {
        for (const std::size_t damaged : {std::size_t{0}, std::size_t{2}, frames.size() - 1}) {
            CAPTURE(length.size());
            CAPTURE(damaged);
            std::string other = bytes;
            const std::size_t at = ends[damaged] - frames[damaged].size() - 4;
            other.replace(at, 4, length);
            const Capture capture = read_bytes(other);
            auto wanted = frames;
            wanted.erase(wanted.begin() + static_cast<std::ptrdiff_t>(damaged));
            CHECK(capture.frames == wanted);
            CHECK(capture.result.end == CaptureEnd::damaged);
            CHECK(capture.result.oversize == 0);
            CHECK(capture.result.skipped == frames[damaged].size() + 4);
            CHECK(capture.result.words.find("from byte ") != std::string::npos);
            const std::string digits =
                capture.result.words.substr(capture.result.words.find("from byte ") + 10);
            std::string place = std::to_string(at);
            if (place.size() > 3) place.insert(place.size() - 3, 1, ',');
            CHECK(digits.starts_with(place + " on"));
        }
    }
}

TEST_CASE("bytes that were put between frames are passed over, in whatever pieces the file comes") {
    const std::string bytes = read_test_file(capture_path("bind-sec"));
    const auto frames = read_capture("bind-sec");
    const auto ends = frame_ends(bytes, frames.size());
    std::string other = bytes;
    const std::string noise = std::string("\xde\xad\xbe\xef", 4) + std::string(100'000, '\x12') + "\x0a\x0a";
    for (const std::size_t place : {std::size_t{5}, std::size_t{3}, std::size_t{0}})
        other.insert(ends[place], noise);
    const Capture capture = read_bytes(other);
    CHECK(capture.frames == frames);
    CHECK(capture.result.end == CaptureEnd::damaged);
    CHECK(capture.result.skipped == 3 * noise.size());
    CHECK(capture.result.words.find("damaged in 3 places") != std::string::npos);
    CHECK(capture.result.words.find("the first of them at byte " + std::to_string(ends[0]) + ",") !=
          std::string::npos);

    const std::string few = bytes.substr(0, ends[1]) + "\xde\xad\xbe\xef" + bytes.substr(ends[1]);
    for (const std::size_t piece : {1U, 7U, 61U}) {
        CAPTURE(piece);
        const Capture in_pieces = read_pieces(few, piece);
        CHECK(in_pieces.result.skipped == 4);
        CHECK(in_pieces.frames == frames);
    }
}

TEST_CASE("a wrong length below 1 MiB costs its own frame, and none of those that it swallows") {
    const std::string bytes = read_test_file(capture_path("bind-sec"));
    const auto frames = read_capture("bind-sec");
    const auto ends = frame_ends(bytes, frames.size());
    const std::size_t last = frames.size() - 1;
    for (const std::size_t damaged : {std::size_t{0}, std::size_t{2}}) {
        const std::size_t true_end = ends[damaged];
        // Into the next frame, up to its end, nearly to the end of the last one, to that, and beyond the
        // file.
        for (const std::size_t end :
             {true_end + 10, ends[damaged + 1], ends[last] - 1, ends[last], bytes.size() + 1000}) {
            CAPTURE(damaged);
            CAPTURE(end);
            const std::size_t at = true_end - frames[damaged].size() - 4;
            std::string other = bytes;
            other.replace(at, 4, length_of(end - at - 4));
            const Capture capture = read_bytes(other);
            auto wanted = frames;
            wanted.erase(wanted.begin() + static_cast<std::ptrdiff_t>(damaged));
            CHECK(capture.frames == wanted);
            CHECK(capture.result.end == CaptureEnd::damaged);
            CHECK(capture.result.skipped == frames[damaged].size() + 4);
            if (end != ends[damaged + 1]) continue;
            for (const std::size_t piece : {1U, 7U, 61U}) {
                CAPTURE(piece);
                CHECK(read_pieces(other, piece).frames == wanted);
            }
        }
    }
}

TEST_CASE("wrong lengths one inside the other are found one after the other") {
    const std::string bytes = read_test_file(capture_path("bind-sec"));
    const auto frames = read_capture("bind-sec");
    const auto ends = frame_ends(bytes, frames.size());
    std::string other = bytes;
    std::vector<Frame> wanted;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const std::size_t at = ends[i] - frames[i].size() - 4;
        if (i % 2 == 1) other.replace(at, 4, length_of(ends.back() - at + 100));
        if (i % 2 == 0) wanted.push_back(frames[i]);
    }
    CHECK(read_bytes(other).frames == wanted);
    CHECK(read_pieces(other, 64).frames == wanted);
}

TEST_CASE(
    "a frame that is no dnstap and swallows none is handed on, and so is one whose fields hold others") {
    const std::string bytes = read_test_file(capture_path("bind-sec"));
    const auto frames = read_capture("bind-sec");
    const std::size_t first = frame_ends(bytes, 1).front();
    const std::string inner = bytes.substr(first - frames.front().size() - 4, frames.front().size() + 4);
    const std::string in_extra = "\x1A" + std::string(1, static_cast<char>(inner.size() % 128 + 128)) +
                                 std::string(1, static_cast<char>(inner.size() / 128)) + inner;
    const std::string outer(frames.front().begin(), frames.front().end());
    for (const std::string& frame : {std::string(200, '\x0A'), outer + in_extra}) {
        const Capture capture =
            read_bytes(bytes.substr(0, first) + length_of(frame.size()) + frame + bytes.substr(first));
        CHECK(capture.result.end == CaptureEnd::whole);
        REQUIRE(capture.frames.size() == frames.size() + 1);
        CHECK(capture.frames[1] == Frame(frame.begin(), frame.end()));
    }
}

TEST_CASE("a file whose damage has nothing behind it tells how much it is") {
    const std::string bytes = read_test_file(capture_path("bind-sec"));
    const auto ends = frame_ends(bytes, 2);
    const Capture capture = read_bytes(bytes.substr(0, ends[1]) + std::string(5000, '\xff'));
    CHECK(capture.frames.size() == 2);
    CHECK(capture.result.end == CaptureEnd::damaged);
    CHECK(capture.result.skipped == 5000);
}

TEST_CASE("a file made of what looks like frames everywhere is searched in one pass") {
    const std::string bytes = read_test_file(capture_path("bind-sec"));
    std::string hostile = bytes.substr(0, frame_ends(bytes, 1).front()) + "\xff\xff\xff\xff";
    // Each of these says that it is nearly 1 MiB of dnstap, and holds all that follow.
    for (std::uint32_t left = 0xF0000; left > 64; left -= 12) {
        hostile += length_of(left) + "\x72";
        for (std::uint32_t inner = left - 5, i = 0; i < 4; ++i, inner >>= 7)
            hostile.push_back(static_cast<char>((inner & 0x7F) | (i == 3 ? 0 : 0x80)));
        hostile += std::string("\x7a\x01\x00", 3);
    }
    const Capture capture = read_bytes(hostile);
    CHECK(capture.frames.size() == 1);
    CHECK(capture.result.end == CaptureEnd::damaged);
}

}  // namespace
}  // namespace tapferry
