// A connection to one of several far sides: each is tried once, and then the next. Owned by a transport, one
// thread.
#pragma once

#include <cassert>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "transports/network/address.h"
#include "transports/network/connection.h"
#include "transports/network/peer_options.h"
#include "transports/tls/client.h"
#include "transports/transport.h"

namespace tapferry {

class PeerConnection {
  public:
    // `most_received`: as Connection.
    PeerConnection(const PeerOptions& options, std::size_t most_received)
        : addresses_(options.addresses),
          tls_(TlsClient::made_from(options.tls)),
          connection_({options.connect_timeout, options.user_timeout, options.stall_timeout}, tls_,
                      most_received) {
        assert(!addresses_.empty());
    }

    [[nodiscard]] Connection& connection() { return connection_; }
    // To the address whose turn it is, when there is no connection.
    void connect_when_closed() {
        if (connection_.state() != Connection::State::closed) return;
        peer_ = &addresses_[next_];
        next_ = (next_ + 1) % addresses_.size();
        connection_.connect(*peer_);
    }
    // As configured; empty: none was tried yet.
    [[nodiscard]] const std::string& name() const {
        static const std::string nobody;
        return peer_ == nullptr ? nobody : peer_->text;
    }
    // A unix socket.
    [[nodiscard]] bool is_local() const { return peer_ != nullptr && !peer_->unix_path.empty(); }

    // It works.
    void reached() {
        hopeless_ = 0;
        if (peer_ == reached_) return;
        // Of the first one, when it is had at once, there is nothing to tell.
        if (reached_ != nullptr || peer_ != addresses_.data())
            change_ = "goes to " + peer_->text + " from now on" + (why_.empty() ? "" : " (" + why_ + ")");
        reached_ = peer_;
    }
    // It does not: whether trying again may help, which it may while one of the others may be had.
    [[nodiscard]] Outcome::Verdict failed(bool needs_a_person) {
        hopeless_ = needs_a_person ? hopeless_ + 1 : 0;
        return hopeless_ >= addresses_.size() ? Outcome::Verdict::misconfigured : Outcome::Verdict::retry;
    }
    [[nodiscard]] Outcome::Verdict broken() { return failed(connection_.needs_a_person()); }
    // It is over, or was not had, for this reason.
    void lost(const std::string& words) { why_ = words; }

    // As Transport. Which address it goes to, when there are several: at once, and then once a minute at
    // most.
    [[nodiscard]] std::string take_warning() {
        if (!change_.empty() && reached_ != told_) {
            const auto now = std::chrono::steady_clock::now();
            if (now - told_at_ >= std::chrono::minutes{1}) {
                told_ = reached_;
                told_at_ = now;
                return std::exchange(change_, {});
            }
        }
        return tls_ ? tls_->take_warning() : std::string();
    }

  private:
    const std::vector<Address> addresses_;
    const std::shared_ptr<TlsClient> tls_;  // null: plain text
    Connection connection_;
    const Address* peer_ = nullptr;
    const Address* reached_ = nullptr;  // the last one that worked
    const Address* told_ = nullptr;     // likewise, and that was told
    std::chrono::steady_clock::time_point told_at_{};
    std::string why_;     // the last connection is over
    std::string change_;  // to be told
    std::size_t next_ = 0;
    std::size_t hopeless_ = 0;  // attempts in a row that only a person can help
};

}  // namespace tapferry
