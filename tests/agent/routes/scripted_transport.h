// A far side that answers as a test tells it, and remembers what it took: for the answers that no transport
// of today can be made to give.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transports/transport.h"

namespace tapferry::test {

// Shared by the test and the transport, which the route's thread uses.
class FarSide {
  public:
    using Sequences = std::vector<std::uint64_t>;
    // What becomes of records with these sequence numbers, which begin at that index of their batch. A notice
    // has 0.
    using Script = std::function<Outcome(const Sequences& records, std::size_t first)>;

    explicit FarSide(Script script, std::size_t window = 1) : script_(std::move(script)), window_(window) {}

    void change(Script script);
    [[nodiscard]] Sequences taken() const;
    [[nodiscard]] std::vector<std::string> notices() const;  // that it took
    [[nodiscard]] std::size_t tries() const;
    [[nodiscard]] std::size_t largest() const;  // records of one try
    [[nodiscard]] std::size_t window() const { return window_; }
    // What the transport says of itself, and that it gives no outcome meanwhile.
    void trouble(std::optional<Trouble> trouble);
    [[nodiscard]] std::optional<Trouble> trouble() const;
    // Asks the script, and notes what it accepts.
    Outcome answer(const Batch& batch, Ticket ticket);

  private:
    mutable std::mutex mutex_;
    Script script_;
    std::size_t window_;
    Sequences taken_;
    std::vector<std::string> notices_;
    std::size_t tries_ = 0;
    std::size_t largest_ = 0;
    std::optional<Trouble> trouble_;
};

// Outcomes come in any order when the far side's window is wider than one.
std::unique_ptr<Transport> scripted_transport(std::shared_ptr<FarSide> far_side, unsigned seed = 1);

// The sequence number of an event; 0: it is a notice.
std::uint64_t number_of(std::string_view record);

Outcome accept();
Outcome answer(Outcome::Verdict verdict, std::string words);

}  // namespace tapferry::test
