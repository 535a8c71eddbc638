#include "encoders/text/hex.h"

#include "encoders/text/text_line.h"

namespace tapferry {
namespace {

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

HexEncoder::HexEncoder() : line_(LineFormat::dnstap_read()) {}

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
