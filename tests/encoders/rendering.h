// One event through one encoder, for tests.
#pragma once

#include <string>
#include <vector>

#include "encoders/make_encoder.h"

namespace tapferry::test {

inline std::vector<std::string> render_all(const FormatOptions& options, const Event& event) {
    const auto encoder = make_encoder(options);
    RecordBuffer records;
    encoder->encode(event, records);
    encoder->close(records);
    std::vector<std::string> lines;
    for (const Record& record : records.records()) {
        lines.emplace_back(record.invalid ? "invalid: " : "").append(records.content(record));
    }
    return lines;
}

// Empty when the event made no record.
inline std::string render(const FormatOptions& options, const Event& event) {
    const std::vector<std::string> lines = render_all(options, event);
    return lines.empty() ? std::string() : lines.front();
}

}  // namespace tapferry::test
