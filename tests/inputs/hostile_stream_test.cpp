// Bytes that no sender would send: nothing of them may crash, loop, or make memory grow by what they claim.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <random>

#include "agent/inputs/frame_streams.h"
#include "tests/inputs/stream_bytes.h"

namespace {
std::atomic<std::size_t> largest_allocation{0};
}

void* operator new(std::size_t size) {
    std::size_t seen = largest_allocation.load();
    while (size > seen && !largest_allocation.compare_exchange_weak(seen, size)) {
    }
    if (void* room = std::malloc(size)) return room;
    throw std::bad_alloc();
}
void operator delete(void* room) noexcept {
    std::free(room);
}
void operator delete(void* room, std::size_t) noexcept {
    std::free(room);
}

namespace tapferry {

using namespace test;

namespace {

// Steps as text, and checks that each call uses input up or says something.
std::string trace(std::span<const std::uint8_t> bytes, std::mt19937& random, std::size_t longest_piece) {
    FrameStreams streams(4096);
    std::string steps;
    while (!bytes.empty()) {
        auto piece = bytes.first(std::min<std::size_t>(1 + random() % longest_piece, bytes.size()));
        bytes = bytes.subspan(piece.size());
        for (;;) {
            const std::size_t before = piece.size();
            const StreamStep step = streams.next(piece);
            if (step.kind == StreamStepKind::need_more) break;
            REQUIRE((piece.size() < before || step.kind == StreamStepKind::rejected));
            steps +=
                std::to_string(static_cast<int>(step.kind)) + ":" + std::to_string(step.bytes.size()) + " ";
            if (step.kind == StreamStepKind::rejected) return steps + streams.rejection().text;
            if (step.kind == StreamStepKind::stopped && streams.bidirectional()) return steps;
        }
        REQUIRE(piece.empty());
    }
    return steps;
}

}  // namespace

TEST_CASE("random bytes and damaged recordings are taken the same way whole and in pieces") {
    std::mt19937 random(20261121);
    const Bytes sound = recorded("bind-auth");
    for (int round = 0; round < 3000; ++round) {
        CAPTURE(round);
        Bytes bytes = sound;
        if (round % 3 == 0) {
            bytes = start();
            for (int i = 0; i < 600; ++i)
                bytes.push_back(static_cast<std::uint8_t>(random() % 4 == 0 ? random() : 0));
        } else {
            for (unsigned i = 0; i <= random() % 4; ++i)
                bytes[random() % (round % 3 == 1 ? 84 : bytes.size())] = static_cast<std::uint8_t>(random());
        }
        const std::string whole = trace(bytes, random, 1 << 20);
        REQUIRE(trace(bytes, random, 1) == whole);
        REQUIRE(trace(bytes, random, 100) == whole);
    }
}

TEST_CASE("memory grows with the bytes received, not with the length claimed") {
    FrameStreams streams(0xffffffff);
    const Bytes bytes = start() + u32(0xffffffff) + bytes_of("a few bytes");
    std::span<const std::uint8_t> input{bytes};
    largest_allocation = 0;
    while (streams.next(input).kind != StreamStepKind::need_more) {
    }
    CHECK(streams.end() == StreamEnd::inside_frame);
    CHECK(largest_allocation < 4096);
}

}  // namespace tapferry
