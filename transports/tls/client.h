// TLS for the connections of one destination: makes a session for each, reads the files again when they have
// changed, and knows when certificates end. Shared by the connections of one transport, one thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "transports/file_stamp.h"
#include "transports/tls/context.h"
#include "transports/tls/expiry_watch.h"
#include "transports/tls/options.h"
#include "transports/tls/session.h"

namespace tapferry {

class TlsClient {
  public:
    explicit TlsClient(TlsOptions options);
    // For the connections of a transport: null without options.
    static std::shared_ptr<TlsClient> made_from(const std::optional<TlsOptions>& options);

    // For a connection to `host`. Null: what the files hold cannot be used, and failure() says why. When they
    // have become unusable since the last session, what was read before serves on, and take_warning() tells.
    std::unique_ptr<TlsSession> begin(const std::string& host);
    [[nodiscard]] const TlsFailure& failure() const { return failure_; }

    // A handshake with the peer at `address` is over.
    void agreed(const TlsSession& session, const std::string& address);
    // A sentence for the log: that a certificate ends within a fortnight (once a day), or that changed files
    // cannot be used (once). Empty: nothing new.
    std::string take_warning();

  private:
    // Of the files that the context comes from.
    [[nodiscard]] std::vector<FileStamp> stamps() const;
    void load();

    const TlsOptions options_;
    TlsContext context_;
    std::vector<FileStamp> seen_;
    TlsFailure failure_;
    std::string trouble_;
    ExpiryWatch watch_;
};

}  // namespace tapferry
