#include "agent/stages/clipped.h"

#include <algorithm>
#include <memory>

#include "encoders/make_encoder.h"

namespace tapferry {

namespace {

// Kept by each thread, for their storage is reused.
struct Encoding {
    std::unique_ptr<Encoder> encoder = make_encoder(JsonOptions{});
    RecordBuffer records;
};

}  // namespace

bool is_clipped(const Event& event) {
    thread_local Encoding encoding;
    encoding.records.clear();
    encoding.encoder->encode(event, encoding.records);
    // In a text its quotes would be escaped.
    return std::ranges::any_of(encoding.records.records(), [&](const Record& record) {
        return encoding.records.content(record).find(",\"clipped\":true") != std::string_view::npos;
    });
}

}  // namespace tapferry
