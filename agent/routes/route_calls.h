// What other threads ask of a route: to stop by a deadline, to let go what it holds, and orders. Called by
// any thread, heard by the route's.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "agent/routes/route_order.h"
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

    struct Ordered {
        RouteOrder order{};
        OrderReply reply;
    };
    // Answered when the route's thread has heard of it, or at once when it will not any more.
    void order(RouteOrder order, OrderReply reply) {
        std::unique_lock lock(mutex_);
        if (deaf_) {
            lock.unlock();
            return reply(not_any_more());
        }
        orders_.push_back({order, std::move(reply)});
        ordered_ = true;
        lock.unlock();
        called_.notify_all();
    }
    // An order is not heard yet.
    [[nodiscard]] bool ordered() const { return ordered_; }
    // Whether anything is asked that was not heard yet; a stop always is.
    [[nodiscard]] bool waiting() const { return stopping_ || let_go_ || ordered_; }
    [[nodiscard]] std::vector<Ordered> take_orders() {
        if (!ordered_.exchange(false)) return {};
        const std::lock_guard lock(mutex_);
        return std::exchange(orders_, {});
    }
    // Nothing is heard from now on.
    void hear_no_more() {
        {
            const std::lock_guard lock(mutex_);
            deaf_ = true;
        }
        for (const auto& unheard : take_orders()) unheard.reply(not_any_more());
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
        called_.wait_until(lock, time, [this] { return waiting(); });
    }

  private:
    static OrderAnswer not_any_more() {
        return {OrderAnswer::Result::refused, 0, 0, "the destination is being stopped"};
    }

    mutable std::mutex mutex_;
    std::condition_variable called_;
    std::optional<Stop> stop_;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> let_go_{false};
    std::vector<Ordered> orders_;
    std::atomic<bool> ordered_{false};
    bool deaf_ = false;
};

}  // namespace tapferry
