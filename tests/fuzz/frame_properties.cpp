#include "tests/fuzz/frame_properties.h"

#include <algorithm>
#include <optional>

#include "encoders/bounds.h"

namespace tapferry::test {
namespace {

// What people are shown has a line a record, and may hold the same text twice (dnstap-read's -y does); beside
// that, octets are at most written in hex.
constexpr std::size_t most_bytes_of_lines = 8 * max_event_bytes;

bool is_allowed(char c, RecordText text) {
    if (text == RecordText::bytes) return true;
    if (c == '\t') return text == RecordText::tabbed_line;
    if (c == '\n') return text == RecordText::lines;
    return c >= 0x20 && c <= 0x7E;
}

std::optional<std::size_t> most_bytes(RecordText text) {
    if (text == RecordText::bytes) return {};
    return text == RecordText::lines ? most_bytes_of_lines : max_event_bytes;
}

// One event by itself, and the rows of an encoder that aggregates.
std::string fault_of(Encoder& encoder, const Event& event, RecordBuffer& records) {
    encoder.encode(event, records);
    encoder.close(records);
    const RecordText text = encoder.text();
    for (const Record& record : records.records()) {
        const std::string_view content = records.content(record);
        if (record.invalid) return "a record that may not be sent";
        if (!std::ranges::all_of(content, [text](char c) { return is_allowed(c, text); }))
            return "a byte that is not allowed";
        if (const auto most = most_bytes(text); most && content.size() > *most)
            return std::to_string(content.size()) + " bytes";
        if (content.empty()) return "an empty record";
    }
    return {};
}

// An encoder that has seen other events before says the same as a new one.
std::string check(const TestedFormat& format, const Event& event) {
    const RecordText text = format.seasoned->text();
    RecordBuffer records(Framing::octet_counting, nullptr, text);
    std::string fault = fault_of(*format.seasoned, event, records);
    if (!fault.empty()) return fault;
    RecordBuffer again(Framing::octet_counting, nullptr, text);
    fault_of(*make_encoder(format.options), event, again);
    if (records.size() != again.size() || records.wire(0, records.size()) != again.wire(0, again.size()))
        return "other bytes when it is written again";
    return {};
}

}  // namespace

FrameProperties::FrameProperties() {
    for (const std::string_view name : format_names()) {
        const FormatOptions options = *default_format(name);
        formats_.push_back({std::string(name), options, make_encoder(options)});
    }
}

std::string FrameProperties::broken_by(std::span<const std::uint8_t> frame) {
    const FrameOrigin origin{{1, 1}, {1'795'209'822, 0}, "fuzz"};
    if (decoder_.decode(frame, origin, event_) == DecodeStatus::undecodable) return {};
    for (const TestedFormat& format : formats_) {
        const std::string fault = check(format, event_);
        if (!fault.empty()) return format.name + ": " + fault;
    }
    return {};
}

}  // namespace tapferry::test
