// One event, the records that a format makes of it, and where each of their fields comes from. Used by
// `tapferry explain`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/commands/explain/record_fields.h"
#include "encoders/options.h"
#include "proto/event.h"

namespace tapferry {

struct ExplainedField {
    RecordField field;
    std::string from;
    std::size_t limit = 0;  // characters before escaping; 0: none of its own
    std::string cut;        // what was cut and why; empty: nothing
};

struct ExplainedRecord {
    std::size_t bytes = 0;
    std::vector<ExplainedField> fields;
};

struct Explanation {
    std::vector<ExplainedRecord> records;    // none: the format says nothing of this event
    std::string_view silence;                // what the event is then: "a query"; empty: nobody knows
    std::vector<std::string_view> left_out;  // facts of the event that stand in no record
};

// `format`: its name; `options`: its options.
Explanation explain(const Event& event, std::string_view format, const FormatOptions& options);

}  // namespace tapferry
