// Aggregated DNS data: a JSON object for each group of a window, which are the events that have the same
// values in the fields grouped by, with how many they were, when, how large, how many distinct names and
// clients, and how fast the answers came. conf/schemas/tapferry-summary-1.schema.json describes it. Groups
// come in the order in which they were seen first.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "encoders/aggregate/distinct_count.h"
#include "encoders/aggregate/latency_sketch.h"
#include "encoders/aggregate/row_origins.h"
#include "encoders/aggregate/row_table.h"
#include "encoders/aggregate/window.h"
#include "encoders/encoder.h"
#include "encoders/event_fields.h"
#include "encoders/options.h"

namespace tapferry {

// A field, or the label of a name.
struct GroupField {
    std::string name;  // of the member
    const EventField* field = nullptr;
    std::string label;  // in place of a field
    [[nodiscard]] bool is_number() const { return field != nullptr && field->type == FieldType::number; }
    void append(TextBuffer& out, const Event& event) const;
    friend bool operator==(const GroupField&, const GroupField&) = default;
};
using GroupFields = std::vector<GroupField>;
// The fields of these names, or why they cannot be grouped by.
std::variant<GroupFields, std::string> parse_group_by(const std::vector<std::string>& names);

class SummaryEncoder final : public Encoder {
  public:
    // Throws std::invalid_argument for fields that check_group_by() refuses.
    explicit SummaryEncoder(const SummaryOptions& options);
    void encode(const Event& event, RecordBuffer& records) override;
    void close(RecordBuffer& records) override;
    [[nodiscard]] std::optional<std::chrono::milliseconds> window() const override {
        return window_.length();
    }
    [[nodiscard]] bool full() const override {
        return rows_.full(origins_.bytes() + distinct_.bytes() + latencies_.bytes()) || window_.full();
    }

  private:
    struct Row {
        std::uint64_t count = 0;
        std::uint64_t bytes = 0;
        Timestamp first;
        Timestamp last;
        DistinctCount names;
        DistinctCount clients;
        LatencySketch latency;
        std::uint32_t origin = 0;
        std::uint8_t time_digits = 0;
    };
    // The key is the texts of the fields, one after another, with a line feed, which no text holds, behind
    // each; an empty one is absent.
    void render_key(const Event& event);
    void append_row(TextBuffer& out, const Record& name, std::string_view key, const Row& row) const;
    void append_group(TextBuffer& out, std::string_view key) const;
    void append_latency(TextBuffer& out, const LatencySketch& latency) const;
    void take_circumstances(const Event& event);
    [[nodiscard]] bool is_grouped_by_label(std::string_view name) const;
    void append_circumstances(TextBuffer& out) const;

    GroupFields fields_;
    bool grouped_by_bytes_ = false;
    bool grouped_by_labels_ = false;
    bool grouped_by_sample_rate_ = false;
    Window window_;
    RowTable<Row> rows_;
    RowOrigins origins_;
    DistinctCounts distinct_;
    LatencySketches latencies_;
    TextBuffer key_;
    // What all events of the window have in common: their destination's.
    struct OwnLabel {
        std::string name;
        std::string value;
    };
    std::vector<OwnLabel> labels_;
    double sample_rate_ = 1;
    bool begun_ = false;  // there was one
};

}  // namespace tapferry
