// The passive DNS common output format, draft-dulaunoy-dnsop-passive-dns-cof-13: a JSON object for each
// distinct name, type, RDATA, sensor and bailiwick of a window, with the time of its first and last event and
// an exact count, in the order in which they came first. Records of class IN only, for it names no other.
#pragma once

#include "encoders/aggregate/row_origins.h"
#include "encoders/aggregate/row_table.h"
#include "encoders/aggregate/window.h"
#include "encoders/encoder.h"
#include "encoders/options.h"
#include "encoders/passive/passive_rdata.h"
#include "encoders/passive/passive_records.h"
#include "encoders/remembered_text.h"

namespace tapferry {

class CofEncoder final : public Encoder {
  public:
    explicit CofEncoder(const CofOptions& options);
    void encode(const Event& event, RecordBuffer& records) override;
    void close(RecordBuffer& records) override;
    [[nodiscard]] std::optional<std::chrono::milliseconds> window() const override {
        return window_.length();
    }
    [[nodiscard]] bool full() const override { return rows_.full(origins_.bytes()) || window_.full(); }
    [[nodiscard]] std::uint64_t left_out() const override { return records_.left_out(); }
    [[nodiscard]] bool tells_notices() const override { return !d4_; }

  private:
    struct Row {
        std::int64_t first = 0;  // Unix seconds
        std::int64_t last = 0;
        std::uint32_t count = 0;
        std::uint32_t origin = 0;
    };
    // The key is the texts of a row, one after another, with a line feed, which no text holds, behind each.
    void append_key(const Event& event, const dns::ResourceRecord& record);
    void append_sensor(const Event& event);
    void append_row(TextBuffer& out, std::string_view key, const Row& row) const;
    void add(const Event& event);

    const bool d4_;  // its importers want a sensor's name and know no notices
    PassiveRecords records_;
    PassiveRdata rdata_;
    bool rdata_is_array_;
    std::string sensor_id_;
    RememberedText identity_;
    Window window_;
    RowTable<Row> rows_;
    RowOrigins origins_;
    TextBuffer key_;
};

}  // namespace tapferry
