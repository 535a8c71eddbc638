// What other threads ask of a route: to stop by a deadline, and to let go what it holds. Called by any
// thread, heard by the route's.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "agent/spool/position.h"

namespace tapferry {

class RouteCalls {
  public:
    using Time = std::chrono::steady_clock::time_point;

    struct Stop {
        Position up_to{};  // the log's end when the stop was asked for
        Time deadline;
    };

    // A second call can only bring the deadline forward.
    void stop(Position up_to, Time deadline) {
        {
            const std::lock_guard lock(mutex_);
            if (!stop_) stop_ = Stop{up_to, deadline};
            stop_->deadline = std::min(stop_->deadline, deadline);
            stopping_ = true;
        }
        called_.notify_all();
    }
    void let_go() {
        {
            const std::lock_guard lock(mutex_);
            let_go_ = true;
        }
        called_.notify_all();
    }

    [[nodiscard]] bool stopping() const { return stopping_; }
    [[nodiscard]] std::optional<Stop> stop_asked() const {
        if (!stopping_) return std::nullopt;
        const std::lock_guard lock(mutex_);
        return stop_;
    }
    [[nodiscard]] bool take_let_go() { return let_go_.exchange(false); }
    // Sleeps, but for a call.
    void wait_until(Time time) {
        std::unique_lock lock(mutex_);
        called_.wait_until(lock, time, [this] { return stop_.has_value() || let_go_; });
    }

  private:
    mutable std::mutex mutex_;
    std::condition_variable called_;
    std::optional<Stop> stop_;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> let_go_{false};
};

}  // namespace tapferry
