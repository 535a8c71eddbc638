// What brokers show of certificates while librdkafka verifies them, in its threads: says why one is refused,
// compares pins, and remembers when they end. Owned by Kafka.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "transports/tls/expiry_watch.h"
#include "transports/tls/options.h"

namespace tapferry {

class KafkaCertificates {
  public:
    // `options` lives as long; null: TLS is librdkafka's own business, if any.
    explicit KafkaCertificates(const TlsOptions* options) : options_(options) {}

    // A producer is made: it reads our certificate.
    void begin();
    // One of the chain that `broker` shows, in DER; `error`: OpenSSL's, 0: none. Why it is refused; empty: it
    // is not. Any thread.
    [[nodiscard]] std::string look_at(const std::string& broker, std::string_view der, int error, int depth);
    // As Transport::take_warning().
    [[nodiscard]] std::string take_warning();

  private:
    const TlsOptions* options_;
    std::mutex mutex_;
    ExpiryWatch watch_;
};

}  // namespace tapferry
