#include "encoders/text/dig.h"

#include "encoders/bounds.h"
#include "encoders/text/dig_text.h"
#include "encoders/text/text_line.h"

namespace tapferry {
namespace {

LineFormat dnstap_read_line() {
    return std::get<LineFormat>(LineFormat::parse_text(""));
}

void append_upper_hex(TextBuffer& out, std::span<const std::uint8_t> bytes) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    char* place = out.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        *place++ = digits[byte >> 4];
        *place++ = digits[byte & 15];
    }
    out.commit(bytes.size() * 2);
}

}  // namespace

DigEncoder::DigEncoder() : line_(dnstap_read_line()) {}

void DigEncoder::encode(const Event& event, RecordBuffer& records) {
    TextBuffer& out = records.open(event);
    if (event.notice != nullptr) {
        append_notice_line(out, event);
        return records.close(event);
    }
    const std::size_t begin = out.size();
    line_.append(out, event);
    out.push_back('\n');
    append_dig_text(out, event, "", max_event_bytes - (out.size() - begin));
    // What ends the last line is the framing's.
    out.truncate(out.size() - 1);
    records.close(event);
}

HexEncoder::HexEncoder() : line_(dnstap_read_line()) {}

void HexEncoder::encode(const Event& event, RecordBuffer& records) {
    TextBuffer& out = records.open(event);
    if (event.notice != nullptr) {
        append_notice_line(out, event);
        return records.close(event);
    }
    line_.append(out, event);
    if (event.has_message) {
        out.push_back('\n');
        append_upper_hex(out, event.dns.wire);
    }
    records.close(event);
}

}  // namespace tapferry
