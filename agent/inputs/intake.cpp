#include "agent/inputs/intake.h"

#include <pthread.h>

#include <cassert>
#include <thread>
#include <utility>

#include "agent/inputs/intake_notices.h"
#include "agent/inputs/reading_loop.h"
#include "agent/inputs/ring.h"
#include "agent/inputs/spool_writer.h"
#include "agent/inputs/unix_listener.h"

namespace tapferry {

namespace {

std::vector<ListeningInput> listening(const std::vector<UnixListener>& listeners,
                                      const std::vector<UnixInputOptions>& options,
                                      const std::vector<std::unique_ptr<InputCounters>>& counters) {
    assert(options.size() == counters.size());
    std::vector<ListeningInput> inputs;
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        inputs.push_back({.fd = listeners[i].fd(),
                          .name = options[i].name,
                          .max_connections = options[i].max_connections,
                          .counters = counters[i].get()});
    }
    return inputs;
}

std::vector<UnixListener> listen_all(const std::vector<UnixInputOptions>& options) {
    std::vector<UnixListener> listeners;
    listeners.reserve(options.size());
    for (const UnixInputOptions& input : options) listeners.emplace_back(input);
    return listeners;
}

std::size_t room_for_closings(const std::vector<UnixInputOptions>& options) {
    std::size_t connections = 0;
    for (const UnixInputOptions& input : options) connections += input.max_connections;
    return connections * Ring::closing_bytes;
}

}  // namespace

struct Intake::Parts {
    Parts(const IntakeOptions& options, Spool& spool, std::vector<std::unique_ptr<InputCounters>>& counters,
          const std::function<void(const IntakeEvent&)>& tell)
        : listeners(listen_all(options.unix_inputs)),
          ring(options.ring_bytes, room_for_closings(options.unix_inputs)),
          reading(listening(listeners, options.unix_inputs, counters), options, ring, tell),
          notices(options, counters),
          writer(ring, spool, counters, notices, tell) {}

    std::vector<UnixListener> listeners;
    Ring ring;
    ReadingLoop reading;
    IntakeNotices notices;
    SpoolWriter writer;
    std::thread reading_thread;
    std::thread writing_thread;
};

Intake::Intake(IntakeOptions options, Spool& spool, std::vector<std::unique_ptr<InputCounters>>& counters,
               std::function<void(const IntakeEvent&)> tell)
    : parts_(std::make_unique<Parts>(options, spool, counters, tell)) {}

Intake::~Intake() {
    stop();
}

void Intake::start() {
    assert(!parts_->reading_thread.joinable());
    parts_->writing_thread = std::thread([this] { parts_->writer.run(); });
    parts_->reading_thread = std::thread([this] { parts_->reading.run(); });
    ::pthread_setname_np(parts_->writing_thread.native_handle(), "intake-spool");
    ::pthread_setname_np(parts_->reading_thread.native_handle(), "intake-read");
}

void Intake::stop() {
    if (parts_->reading_thread.joinable()) {
        parts_->reading.stop();
        parts_->reading_thread.join();
    }
    // After the last connection: whoever finds the path gone does not come again too early.
    parts_->listeners.clear();
    parts_->ring.end();
    if (parts_->writing_thread.joinable()) parts_->writing_thread.join();
}

void Intake::post(NoticeKind kind, std::string words, std::chrono::milliseconds patience) {
    parts_->notices.post(kind, std::move(words));
    parts_->ring.nudge();
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (parts_->notices.posted() != 0 && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

std::uint64_t Intake::notices_appended() const {
    return parts_->notices.appended();
}
std::uint64_t Intake::frames_in_ring() const {
    return parts_->ring.frames();
}
std::uint64_t Intake::bytes_in_ring() const {
    return parts_->ring.bytes();
}
std::uint64_t Intake::reading_rounds() const {
    return parts_->reading.rounds();
}

}  // namespace tapferry
