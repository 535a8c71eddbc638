// The line of gamelinux' passivedns, one for each record of each answer:
// seconds.micros||client||server||class||name.||type||rdata||ttl||count
// Always nine columns, the count is 1. An event of more than 32 KiB ends with the last line that fits, which
// counts as shortened; an event of more than 1,024 answers has no line of the others and counts so too.
// passivedns_rows.h has the same line for many events.
#pragma once

#include "encoders/encoder.h"
#include "encoders/passive/passivedns_keys.h"

namespace tapferry {

class PassivednsEncoder final : public Encoder {
  public:
    explicit PassivednsEncoder(const PassivednsOptions& options)
        : keys_(options), shows_client_(options.client != PassivednsOptions::Client::none) {}
    void encode(const Event& event, RecordBuffer& records) override;
    [[nodiscard]] std::uint64_t left_out() const override { return keys_.left_out(); }
    [[nodiscard]] bool tells_notices() const override { return keys_.tells_notices(); }

  private:
    PassivednsKeys keys_;
    bool shows_client_;
};

}  // namespace tapferry
