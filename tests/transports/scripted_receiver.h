// A receiver that does what the test says, on a thread of its own beside the transport.
#pragma once

#include <exception>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "tests/transports/peer.h"

namespace tapferry {

// Accepts connections, one after the other, each with the next step. `Protocol` is made of a Peer.
template <typename Protocol>
class ScriptedReceiver {
  public:
    using Step = std::function<void(Protocol&)>;

    explicit ScriptedReceiver(std::vector<Step> steps)
        : listener_(Listener::on_loopback()), thread_([this, all = std::move(steps)] { run(all); }) {}
    ~ScriptedReceiver() {
        if (thread_.joinable()) thread_.join();
    }
    [[nodiscard]] const Address& address() const { return listener_.address(); }
    // Waits for all steps; throws what one of them threw.
    void join() {
        thread_.join();
        if (trouble_) std::rethrow_exception(trouble_);
    }

  private:
    void run(const std::vector<Step>& steps) {
        try {
            for (const Step& step : steps) {
                Peer connection = listener_.accept();
                Protocol peer(connection);
                step(peer);
            }
        } catch (...) {
            trouble_ = std::current_exception();
        }
    }

    Listener listener_;
    std::exception_ptr trouble_;
    std::thread thread_;
};

}  // namespace tapferry
