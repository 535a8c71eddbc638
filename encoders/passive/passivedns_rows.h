// The line of passivedns.h for all events of a window: one for each distinct server, class, name, type and
// RDATA, with an exact count, the highest TTL and the time of the last event, in the order in which they came
// first.
#pragma once

#include "encoders/aggregate/row_origins.h"
#include "encoders/aggregate/row_table.h"
#include "encoders/aggregate/window.h"
#include "encoders/encoder.h"
#include "encoders/passive/passivedns_keys.h"

namespace tapferry {

class PassivednsRowsEncoder final : public Encoder {
  public:
    explicit PassivednsRowsEncoder(const PassivednsOptions& options);
    void encode(const Event& event, RecordBuffer& records) override;
    void close(RecordBuffer& records) override;
    [[nodiscard]] std::optional<std::chrono::milliseconds> window() const override {
        return window_.length();
    }
    [[nodiscard]] bool full() const override { return rows_.full(origins_.bytes()) || window_.full(); }
    [[nodiscard]] std::uint64_t left_out() const override { return keys_.left_out(); }
    [[nodiscard]] bool tells_notices() const override { return keys_.tells_notices(); }

  private:
    struct Row {
        std::int64_t last_microseconds = 0;
        std::uint32_t ttl = 0;
        std::uint32_t count = 0;
        std::uint32_t origin = 0;
        IpAddress client;
    };
    void add(const Event& event);

    PassivednsKeys keys_;
    PassivednsOptions::Client client_;
    Window window_;
    RowTable<Row> rows_;
    RowOrigins origins_;
    TextBuffer key_;
};

}  // namespace tapferry
