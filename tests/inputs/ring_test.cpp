#include "agent/inputs/ring.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <thread>

#include "tests/inputs/stream_bytes.h"

namespace tapferry {

using test::Bytes;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t stream_number = 7;

RingEntry frame_of(const Bytes& bytes, std::uint32_t stream = stream_number) {
    return {.kind = RingEntryKind::frame,
            .input = 3,
            .stream = stream,
            .read_at = ReadTime{99ns},
            .bytes = bytes};
}
RingEntry closing(std::uint32_t stream = stream_number) {
    return {.kind = RingEntryKind::closed, .input = 3, .stream = stream, .read_at = {}, .bytes = {}};
}

// Content and length follow from the number.
Bytes numbered(std::uint32_t number) {
    Bytes bytes(number * 37 % 300);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(number + i);
    return bytes;
}

}  // namespace

TEST_CASE("an entry comes out as it went in") {
    Ring ring(4096, 0);
    const Bytes bytes = test::bytes_of("a frame");
    REQUIRE(ring.push(frame_of(bytes)));
    CHECK_FALSE(ring.front().has_value());
    ring.publish();
    const auto entry = ring.front();
    REQUIRE(entry.has_value());
    CHECK(entry->kind == RingEntryKind::frame);
    CHECK(entry->input == 3);
    CHECK(entry->stream == stream_number);
    CHECK(entry->read_at == ReadTime{99ns});
    CHECK(test::text_of(entry->bytes) == "a frame");
    ring.pop();
    CHECK_FALSE(ring.front().has_value());
}

TEST_CASE("over many turns of the ring nothing changes and the order is kept") {
    Ring ring(4096, 0);
    std::deque<Bytes> model;
    std::mt19937 random(1);
    for (std::uint32_t number = 0; number < 20000; ++number) {
        const Bytes bytes = numbered(number);
        if (ring.push(frame_of(bytes))) model.push_back(bytes);
        ring.publish();
        for (auto pops = random() % 3; pops > 0 && !model.empty(); --pops) {
            const auto entry = ring.front();
            REQUIRE(entry.has_value());
            REQUIRE(std::ranges::equal(entry->bytes, model.front()));
            ring.pop();
            model.pop_front();
        }
    }
    for (; !model.empty(); model.pop_front(), ring.pop())
        REQUIRE(std::ranges::equal(ring.front()->bytes, model.front()));
    CHECK(ring.bytes() == 0);
}

TEST_CASE("a full ring refuses frames, and takes the end of every stream that room was kept for") {
    constexpr std::uint32_t streams = 20;
    std::mt19937 random(2);
    for (int round = 0; round < 200; ++round) {
        CAPTURE(round);
        Ring ring(4096, streams * Ring::closing_bytes);
        // Somewhere else in the ring each time, so that its end falls anywhere.
        for (auto i = random() % 40; i > 0; --i) {
            REQUIRE(ring.push(frame_of(Bytes(random() % 200))));
            ring.publish();
            REQUIRE(ring.front().has_value());
            ring.pop();
        }
        int frames = 0;
        while (ring.push(frame_of(Bytes(random() % 200)))) ++frames;
        for (std::uint32_t stream = 0; stream < streams; ++stream) REQUIRE(ring.push(closing(stream)));
        ring.publish();
        while (frames-- > 0) {
            REQUIRE(ring.front()->kind == RingEntryKind::frame);
            ring.pop();
        }
        for (std::uint32_t stream = 0; stream < streams; ++stream) {
            REQUIRE(ring.front()->kind == RingEntryKind::closed);
            REQUIRE(ring.front()->stream == stream);
            ring.pop();
        }
    }
}

TEST_CASE("a frame that no ring could hold is refused") {
    Ring ring(4096, 0);
    CHECK_FALSE(ring.push(frame_of(Bytes(4096))));
    CHECK_FALSE(ring.push(frame_of(Bytes(1 << 20))));
    CHECK(ring.push(frame_of(Bytes(4096 - Ring::closing_bytes * 2))));
}

TEST_CASE("frames count as in the ring until they are settled") {
    Ring ring(4096, 0);
    REQUIRE(ring.push(frame_of(Bytes(10))));
    REQUIRE(ring.push(frame_of(Bytes(10))));
    ring.publish();
    CHECK(ring.frames() == 2);
    REQUIRE(ring.front().has_value());
    ring.pop();
    CHECK(ring.frames() == 2);
    ring.settle(1);
    CHECK(ring.frames() == 1);
    REQUIRE(ring.push(closing()));
    ring.publish();
    CHECK(ring.frames() == 1);
}

TEST_CASE("between two threads every frame that found room arrives, once and in order") {
    constexpr std::uint32_t count = 200000;
    Ring ring(64 * 1024, 0);
    std::uint64_t arrived = 0;
    bool in_order = true;
    bool sound = true;
    std::thread consumer([&] {
        std::uint32_t next = 0;
        for (;;) {
            const bool ended = ring.ended();
            while (const auto entry = ring.front()) {
                in_order = in_order && entry->stream >= next;
                next = entry->stream + 1;
                sound = sound && std::ranges::equal(entry->bytes, numbered(entry->stream));
                ++arrived;
                ring.pop();
                ring.settle(1);
            }
            if (ended) return;
            // Now for the first byte, now for a good many with a short limit.
            if (arrived % 2 == 0)
                ring.wait(1, std::chrono::steady_clock::now() + 10s);
            else
                ring.wait(8192, std::chrono::steady_clock::now() + 1ms);
        }
    });
    std::uint64_t pushed = 0;
    std::mt19937 random(3);
    for (std::uint32_t number = 0; number < count; ++number) {
        if (ring.push(frame_of(numbered(number), number))) ++pushed;
        if (random() % 16 == 0) ring.publish();
        if (random() % 512 == 0) std::this_thread::yield();
    }
    ring.publish();
    ring.end();
    consumer.join();
    CHECK(arrived == pushed);
    CHECK(in_order);
    CHECK(sound);
    CHECK(ring.frames() == 0);
}

TEST_CASE("a sleeping consumer is woken by the first frame, and by the end") {
    Ring ring(4096, 0);
    std::atomic<int> arrived{0};
    std::thread consumer([&] {
        while (!ring.ended()) {
            while (ring.front()) {
                ring.pop();
                ++arrived;
            }
            // Woken by nothing it would outlast the test.
            ring.wait(1, std::chrono::steady_clock::now() + 24h);
        }
    });
    for (int i = 1; i <= 2000; ++i) {
        REQUIRE(ring.push(frame_of(Bytes(5))));
        ring.publish();
        while (arrived < i) std::this_thread::yield();
    }
    ring.end();
    consumer.join();
    CHECK(arrived == 2000);
}

TEST_CASE("after the consumer slept over an empty ring, it is filled from its beginning again") {
    Ring ring(32 << 20, 0);
    std::atomic<const std::uint8_t*> last{nullptr};
    std::atomic<int> arrived{0};
    std::thread consumer([&] {
        while (!ring.ended()) {
            while (const auto entry = ring.front()) {
                last = entry->bytes.data();
                ring.pop();
                ++arrived;
            }
            ring.wait(1, std::chrono::steady_clock::now() + 24h);
        }
    });
    const std::uint8_t* first = nullptr;
    bool again_at_first = false;
    // Some pushes meet a consumer that has not gone to sleep yet; in a ring of 32 MiB none of these comes
    // round.
    for (int i = 1; i <= 100000 && !again_at_first; ++i) {
        REQUIRE(ring.push(frame_of(Bytes(100))));
        ring.publish();
        while (arrived < i) std::this_thread::yield();
        if (i == 1)
            first = last;
        else
            again_at_first = last == first;
    }
    ring.end();
    consumer.join();
    CHECK(again_at_first);
}

}  // namespace tapferry
