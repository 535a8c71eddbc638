#include "transports/network/connection_network.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace tapferry {

namespace asio = boost::asio;

namespace {

// What has come counts before time is up, but a peer may talk without end.
constexpr int most_late_steps = 64;

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
    bool quiet = false;
    for (int late_steps = 0; !work.done(); work.look()) {
        const auto now = std::chrono::steady_clock::now();
        const auto alarm = work.next_alarm();
        if (now < std::min(deadline, alarm))
            quiet = parts_->context.run_one_until(std::min(deadline, alarm)) == 0;
        else if (!quiet && late_steps < most_late_steps && parts_->context.poll_one() != 0)
            ++late_steps;
        else if (now >= alarm)
            work.take_alarms(now);
        else
            return;
    }
}

}  // namespace tapferry
