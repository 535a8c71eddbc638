// Intake's first thread: waits for all sockets, accepts, reads, and pushes frames into the ring. It does no
// file I/O, takes no lock that another thread holds, decodes nothing, and allocates only when a connection
// comes. When the ring is full it drops and reads on: whoever writes to these sockets must never wait.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/inputs/counters.h"
#include "agent/inputs/event_brake.h"
#include "agent/inputs/intake.h"
#include "agent/inputs/ring.h"
#include "agent/inputs/sender_connection.h"
#include "transports/network/descriptor.h"

namespace tapferry {

// One listening socket. Everything outlives the loop.
struct ListeningInput {
    int fd = -1;
    std::string name;
    std::size_t max_connections = 0;
    InputCounters* counters = nullptr;
};

class ReadingLoop {
  public:
    ReadingLoop(std::vector<ListeningInput> inputs, const IntakeOptions& options, Ring& ring,
                std::function<void(const IntakeEvent&)> tell);
    ~ReadingLoop();

    // Until stop(). Its last act is to read what had been sent, and to close every connection.
    void run();
    // By any thread.
    void stop();
    // Grows at least once a second while run() is alive. By any thread.
    [[nodiscard]] std::uint64_t rounds() const { return rounds_.load(std::memory_order_relaxed); }

  private:
    using Clock = SenderConnection::Clock;
    enum class Watched : std::uint32_t { connection, listener, stop };

    // Views events_. `rested`: what is there had time to become more.
    struct Ready {
        std::span<const epoll_event> events;
        bool rested = false;
    };

    struct Listener {
        ListeningInput input;
        std::size_t connections = 0;
        bool paused = false;
    };

    [[nodiscard]] bool watch(int fd, Watched what, std::size_t index, bool awaited = true);
    [[nodiscard]] Ready await();
    [[nodiscard]] int milliseconds_to_wait(Clock::time_point now) const;
    [[nodiscard]] Clock::duration rest_of(std::span<const epoll_event> ready) const;

    void accept_some(std::size_t index);
    void adopt(std::size_t index, Descriptor socket);
    void shed(std::size_t index, int error);
    void take_spare();
    void pause(std::size_t index);
    void resume_listeners();

    ReadOutcome read(std::size_t slot, bool rested);
    void close(std::size_t slot);
    void expire(Clock::time_point now);
    void wind_down();

    void tell(IntakeEvent::Kind kind, std::size_t index, std::string text);
    void reject(std::size_t index, ConnectionRejection reason, const std::string& text);

    std::vector<Listener> listeners_;
    const std::size_t max_frame_bytes_;
    const std::chrono::milliseconds hello_timeout_;
    Ring& ring_;
    const std::function<void(const IntakeEvent&)> tell_;
    EventBrake rejections_told_;

    Descriptor epoll_;
    Descriptor stop_;
    Descriptor spare_;  // given up for a moment to turn a connection away when there are no descriptors left
    std::vector<std::unique_ptr<SenderConnection>> connections_;  // by slot; empty slots are free
    std::uint32_t next_stream_ = 1;
    Clock::time_point next_deadline_ = Clock::time_point::max();  // of any connection, or earlier
    std::array<epoll_event, 64> events_{};
    Clock::duration rest_{};                      // what the last round's senders allow
    std::optional<Clock::time_point> resume_at_;  // when some listener is paused
    const std::unique_ptr<std::uint8_t[]> buffer_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::uint64_t> rounds_{0};
};

}  // namespace tapferry
