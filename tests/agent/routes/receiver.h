// A receiver of lines over TCP, on a port of loopback that the kernel chose and that stays its own: it
// refuses until it is opened, and can be killed and opened again. It reads in a thread of its own.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "transports/network/descriptor.h"
#include "transports/options.h"

namespace tapferry::test {

class Receiver {
  public:
    Receiver();
    ~Receiver();
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;

    [[nodiscard]] const Address& address() const { return address_; }
    void open();
    // Resets every connection, and what was not read is gone; further ones are refused.
    void kill();
    // From now on it accepts connections and does not read them.
    void fall_silent();

    // Whole lines, in the order in which they came, over all connections.
    [[nodiscard]] std::vector<std::string> lines() const;
    [[nodiscard]] std::size_t line_count() const;
    [[nodiscard]] std::size_t connections_seen() const;
    // It has read every connection that there was when it was asked to its end.
    [[nodiscard]] bool has_read_all();

  private:
    enum class Behaviour { refuses, reads, is_silent };
    struct Connection {
        Descriptor socket;
        std::string begun;  // a line that has not ended yet
        bool ended = false;
    };

    void behave(Behaviour wanted);
    void run();
    bool adapt();
    void end_round();
    void wait();
    void accept();
    void read(Connection& connection);

    // Of the thread alone:
    std::uint64_t round_ = 0;  // as it was asked for when it began
    Descriptor listener_;
    std::vector<Connection> connections_;
    // Of both:
    Descriptor place_;  // keeps the port, and never listens
    Descriptor wake_;
    Address address_;
    mutable std::mutex mutex_;
    std::condition_variable adapted_;
    Behaviour wanted_ = Behaviour::refuses;
    Behaviour present_ = Behaviour::refuses;
    bool ending_ = false;
    std::vector<std::string> lines_;
    std::size_t connections_seen_ = 0;
    std::size_t connections_open_ = 0;
    std::uint64_t rounds_asked_for_ = 0;
    std::uint64_t rounds_done_ = 0;
    std::thread thread_;
};

// Whether it became true; gives up after a minute.
[[nodiscard]] bool wait_until(const std::function<bool()>& condition);

}  // namespace tapferry::test
