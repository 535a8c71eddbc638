// The bounded ring between intake's two threads: the reading loop pushes, the spool writer takes. No lock;
// the writer is woken only when it sleeps and there is enough for it. When the ring is full the newest frame
// is refused, and room is kept back so that the end of a stream always fits. Each time the writer has gone to
// sleep over an empty ring, positions start again at its beginning: an ordinary load stays in the processor's
// cache, and an idle agent small.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace tapferry {

// When the reading loop read a frame, by the wall clock.
using ReadTime = std::chrono::sys_time<std::chrono::nanoseconds>;

enum class RingEntryKind : std::uint8_t {
    frame,   // `bytes`: the frame
    opened,  // stands before a stream's first frame; `bytes`: its peer as text
    closed,  // no more of this stream; no bytes
};

struct RingEntry {
    RingEntryKind kind = RingEntryKind::frame;
    std::uint16_t input = 0;   // index of the input
    std::uint32_t stream = 0;  // number of the connection
    ReadTime read_at{};
    std::span<const std::uint8_t> bytes;
};

class Ring {
  public:
    // What a `closed` entry takes. The room kept back must hold one for each stream that can be open.
    static constexpr std::size_t closing_bytes = 24;

    // `capacity` in bytes is rounded up to a power of two of at least 4 KiB.
    Ring(std::size_t capacity, std::size_t kept_back);

    // By the producer: whether there was room. Entries are seen by the consumer after publish().
    [[nodiscard]] bool push(const RingEntry& entry);
    void publish();

    // By the consumer: the oldest entry, whose bytes live until pop().
    [[nodiscard]] std::optional<RingEntry> front();
    void pop();
    // The consumer is done with `frames` frames: they count no longer as in the ring.
    void settle(std::uint64_t frames);
    // By the consumer, over an empty ring: sleeps until `bytes` came, `deadline`, or end().
    void wait(std::size_t bytes, std::chrono::steady_clock::time_point deadline);

    // By any thread: the consumer is to look around, though nothing came. It may miss this now and then.
    void nudge();

    // The producer has stopped: whatever it published is there, no more comes, and wait() no longer sleeps.
    void end();
    [[nodiscard]] bool ended() const { return ended_.load(); }

    // By any thread. Frames pushed and not yet settled; bytes pushed and not yet popped.
    [[nodiscard]] std::uint64_t frames() const;
    [[nodiscard]] std::uint64_t bytes() const;

  private:
    enum State : std::uint32_t { awake, asleep, restarting };

    [[nodiscard]] std::uint8_t* at(std::uint64_t position) const;
    [[nodiscard]] bool has_room(std::size_t bytes);
    void restart_when_asleep();

    const std::size_t capacity_;
    const std::size_t kept_back_;
    const std::unique_ptr<std::uint64_t[]> words_;  // touched only as it fills

    // The producer's. Positions only grow until a restart; their place is the remainder by the capacity.
    alignas(64) std::uint64_t write_ = 0;
    std::uint64_t seen_head_ = 0;
    std::uint64_t unpublished_frames_ = 0;
    std::atomic<std::uint64_t> tail_{0};
    std::atomic<std::uint64_t> pushed_{0};

    // The consumer's, but for a restart: while it is asleep over an empty ring, the producer sets head_ too.
    alignas(64) std::uint64_t read_ = 0;
    std::uint64_t seen_tail_ = 0;
    std::uint64_t front_size_ = 0;
    std::atomic<std::uint64_t> head_{0};
    std::atomic<std::uint64_t> settled_{0};

    alignas(64) std::atomic<std::uint32_t> state_{awake};
    std::atomic<std::size_t> wake_at_{0};
    std::atomic<bool> ended_{false};
};

}  // namespace tapferry
