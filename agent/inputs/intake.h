// Intake: one thread only reads sockets into a bounded ring, one moves the ring's content to the spool in
// blocks. It never decodes DNS and never waits for a destination; a disk that fails leaves the newest blocks
// in memory, one that hangs fills the ring (drops are counted) and never holds up the reader, because a
// reader that stalls can hold up the DNS server.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/inputs/counters.h"
#include "proto/notice.h"

namespace tapferry {

class Spool;

// A listener on a unix socket. Finished: names resolved to ids.
struct UnixInputOptions {
    std::string name;
    std::string path;
    std::uint32_t mode = 0660;
    std::optional<std::uint32_t> owner = std::nullopt;  // uid
    std::optional<std::uint32_t> group = std::nullopt;  // gid
    bool access_is_chosen = false;                      // mode, owner or group was given
    std::size_t max_connections = 64;
    std::chrono::milliseconds silence{0};  // when nothing came for so long that is told; 0: never
    bool trust_ids = false;                // its frames tell the ids of their events
};

struct IntakeOptions {
    std::vector<UnixInputOptions> unix_inputs;
    std::size_t ring_bytes = 32u << 20;
    std::size_t max_frame_bytes = 1u << 20;
    std::chrono::milliseconds hello_timeout{10000};
    bool notices = false;  // what is worth telling goes into the log
};

// A change of state worth a line in the log; agent/log writes it. Called from intake's threads, never for a
// frame, and must not block.
struct IntakeEvent {
    enum class Kind : std::uint8_t {
        connected,
        disconnected,
        rejected,
        disk_failing,
        disk_doubtful,
        disk_back,
    } kind;
    std::string input;
    std::string text;  // for people
};

class Intake {
  public:
    // Opens the listeners, so that a socket path in use or a missing directory is an InputError before
    // anything runs. `counters` has one entry for each input, in order.
    Intake(IntakeOptions options, Spool& spool, std::vector<std::unique_ptr<InputCounters>>& counters,
           std::function<void(const IntakeEvent&)> tell);
    ~Intake();

    void start();
    // Stops reading at a frame boundary (at most 200 ms), closes connections with FINISH, brings what the
    // ring holds into the spool, unlinks the sockets, joins the threads.
    void stop();

    // Puts a notice of the agent itself into the log, soon; waits for that for `patience` at most.
    void post(NoticeKind kind, std::string words, std::chrono::milliseconds patience = {});

    // Notices that this process put into the log: each has a number, and came by no input.
    [[nodiscard]] std::uint64_t notices_appended() const;
    [[nodiscard]] std::uint64_t frames_in_ring() const;
    [[nodiscard]] std::uint64_t bytes_in_ring() const;
    // Grows at least once a second while the reading thread lives: only it may feed the watchdog.
    [[nodiscard]] std::uint64_t reading_rounds() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tapferry
