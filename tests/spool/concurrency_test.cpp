#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

constexpr std::uint64_t frames_to_append = 60'000;

void append_all(Spool& spool) {
    std::size_t size = 1;
    while (number(spool.end()) <= frames_to_append) {
        size = size * 29 % 7001;
        REQUIRE(append_frames(spool, {size, 3, size / 2, 200}).appended);
    }
}

struct Taken {
    std::uint64_t frames = 0;
    std::uint64_t lost = 0;
    std::uint64_t lost_otherwise = 0;  // not to retention
    std::uint64_t wrong = 0;
};

// Reads up to the last frame that append_all() appends; after each block `passed` is told the position.
template <class Passed>
Taken take_all(const Spool& spool, SpoolReader& reader, Passed passed) {
    Taken taken;
    while (number(reader.position()) <= frames_to_append) {
        const SpoolRead read = reader.next();
        if (const auto* block = std::get_if<SpoolBlock>(&read)) {
            for (const SpoolFrame& frame : block->frames) taken.wrong += is_numbered_frame(frame) ? 0 : 1;
            taken.frames += block->frames.size();
            passed(reader.position());
        } else if (const auto* gap = std::get_if<SpoolGap>(&read)) {
            taken.lost += distance(gap->from, gap->to);
            if (gap->reason != LossReason::retention) taken.lost_otherwise += distance(gap->from, gap->to);
        } else {
            static_cast<void>(
                spool.wait_beyond(reader.position(), std::chrono::steady_clock::time_point::max()));
        }
    }
    return taken;
}

}  // namespace

TEST_CASE("readers beside the appending thread get every frame, while what all passed is trimmed") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder, 100'000), posix_disk());
    spool.open_stream(1, "bind", "");
    std::array<std::atomic<std::uint64_t>, 2> positions{1, 1};
    std::array<Taken, 2> taken;
    std::vector<std::thread> readers;
    for (std::size_t i = 0; i < 2; ++i) {
        readers.emplace_back([&, i] {
            SpoolReader reader(folder.path() / "spool", posix_disk(), first_position);
            taken[i] = take_all(spool, reader, [&](Position passed) {
                positions[i] = number(passed);
                spool.trim(Position{std::min(positions[0].load(), positions[1].load())});
            });
        });
    }
    append_all(spool);
    for (std::thread& reader : readers) reader.join();
    for (const Taken& of_one : taken) {
        CHECK(of_one.frames == number(spool.end()) - 1);
        CHECK(of_one.lost == 0);
        CHECK(of_one.wrong == 0);
    }
    CHECK(spool.begin() > Position{frames_to_append / 2});
}

TEST_CASE("a reader that retention overtakes accounts for every frame") {
    const TemporaryFolder folder;
    SpoolOptions options = small_spool(folder, 30'000);
    options.max_bytes = 100'000;
    Spool spool(options, posix_disk());
    Taken taken;
    std::thread thread([&] {
        SpoolReader reader(options.directory, posix_disk(), first_position);
        taken = take_all(spool, reader, [](Position) {});
    });
    append_all(spool);
    thread.join();
    CHECK(taken.frames + taken.lost == number(spool.end()) - 1);
    CHECK(taken.lost_otherwise == 0);
    CHECK(taken.wrong == 0);
}

TEST_CASE("waiting ends at the deadline, when something comes, and when all are woken") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder), posix_disk());
    const auto now = std::chrono::steady_clock::now();
    CHECK_FALSE(spool.wait_beyond(first_position, now));
    const auto never = now + std::chrono::hours(1);
    std::thread appended([&] { CHECK(spool.wait_beyond(first_position, never)); });
    REQUIRE(append_frames(spool, {1}).appended);
    appended.join();
    std::atomic<bool> woken{false};
    std::thread waiting([&] {
        CHECK_FALSE(spool.wait_beyond(Position{2}, never));
        woken = true;
    });
    while (!woken) {
        spool.wake_all();
        std::this_thread::yield();
    }
    waiting.join();
}

}  // namespace tapferry
