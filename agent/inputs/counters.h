// What the process counts: plain atomics, each written by one thread and read by the admin listener. They
// start at 0 with each process; the lifetime counters of a route live in its saved position. Names of the
// metrics made of them stand in agent/admin/metrics.cpp.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

namespace tapferry {

using Counter = std::atomic<std::uint64_t>;
// For counters that only one thread writes: cheaper than fetch_add, and exact.
inline void add(Counter& counter, std::uint64_t n = 1) {
    counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

// Why a frame was read from a socket and did not come into the spool.
enum class FrameRejection : std::uint8_t {
    oversize,
    truncated,
    ring_full,
    disk,        // it takes nothing, memory is full, and the newest are to be dropped
    spool_full,  // likewise, at spool.max_bytes
};
inline constexpr std::array<const char*, 5> frame_rejection_names{"oversize", "truncated", "ring_full",
                                                                  "disk", "spool_full"};

// Why a connection was closed for what it sent.
enum class ConnectionRejection : std::uint8_t {
    not_frame_streams,  // HTTP, noise …
    tls,                // a TLS ClientHello on a plain socket
    bad_control,        // a control frame that is too long or malformed
    content_type,       // Frame Streams, but not dnstap
    protocol,           // a control frame where it may not stand
    hello_timeout,      // no handshake within 10 s
    too_many,           // more connections than max_connections
};
inline constexpr std::array<const char*, 7> connection_rejection_names{
    "not_frame_streams", "tls", "bad_control", "content_type", "protocol", "hello_timeout", "too_many"};

// received = appended + rejected + in the ring, by input, since the process began.
struct InputCounters {
    explicit InputCounters(std::string input) : name(std::move(input)) {}
    std::string name;
    // Written by the reading thread:
    Counter frames_received{0};
    Counter bytes_received{0};
    std::array<Counter, frame_rejection_names.size()> frames_rejected{};  // the last two by the spool thread
    std::array<Counter, connection_rejection_names.size()> connections_rejected{};
    Counter connections{0};  // open now
    Counter connections_accepted{0};
    Counter last_frame_seconds{0};  // Unix time; 0: none came
    // Written by the spool thread:
    Counter frames_appended{0};
};

}  // namespace tapferry
