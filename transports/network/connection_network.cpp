#include "transports/network/connection_network.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace tapferry {

namespace asio = boost::asio;

namespace {

// A peer may talk without end: after so many steps somebody looks at the clock.
constexpr int steps_between_looks = 64;

}  // namespace

struct ConnectionNetwork::Parts {
    asio::io_context context{1};
    // Waiting is possible even when nothing is under way.
    asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(context);
};

ConnectionNetwork::ConnectionNetwork() : parts_(std::make_unique<Parts>()) {}
ConnectionNetwork::~ConnectionNetwork() = default;

asio::io_context& ConnectionNetwork::context() {
    return parts_->context;
}

void ConnectionNetwork::run_until(Time deadline, const Work& work) {
    for (int steps = 0; !work.done(); work.look()) {
        if (++steps < steps_between_looks && parts_->context.poll_one() > 0) continue;
        steps = 0;
        const auto now = std::chrono::steady_clock::now();
        const auto alarm = work.next_alarm();
        if (now >= alarm)
            work.take_alarms(now);
        else if (now >= deadline)
            return;
        else
            parts_->context.run_one_until(std::min(deadline, alarm));
    }
}

}  // namespace tapferry
