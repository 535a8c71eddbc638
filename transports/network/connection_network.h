// What lets connections work: an io_context of Asio's, which runs only while somebody waits for one of them.
// A part of the door of Boost.Asio; shared by connections and their diallers, one thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace tapferry {

class ConnectionNetwork {
  public:
    ConnectionNetwork();
    ~ConnectionNetwork();
    [[nodiscard]] boost::asio::io_context& context();

    using Time = std::chrono::steady_clock::time_point;
    // Of what the network is to work for: what somebody waits for, when there is something to do although the
    // network is quiet, and what is done then and after each step.
    struct Work {
        std::function<bool()> done;
        std::function<Time()> next_alarm;
        std::function<void(Time now)> take_alarms;
        std::function<void()> look;
    };
    void run_until(Time deadline, const Work& work);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tapferry
