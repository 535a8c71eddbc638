#include "agent/spool/block_format.h"

#include <algorithm>
#include <cstring>

#include "agent/spool/crc32c.h"
#include "agent/spool/little_endian.h"

namespace tapferry {
namespace {

constexpr std::size_t type_at = 4;
constexpr std::size_t zeros_at = 5;
constexpr std::size_t incarnation_at = 8;
constexpr std::size_t base_at = 16;
constexpr std::size_t seconds_at = 24;
constexpr std::size_t count_at = 32;
constexpr std::size_t nanoseconds_at = 40;
constexpr std::size_t length_at = 44;
constexpr std::size_t body_crc_at = 48;
constexpr std::size_t header_crc_at = 52;

bool within_limits(const BlockHeader& header) {
    const std::uint64_t base = number(header.base);
    return base >= 1 && base <= sequence_limit && header.count <= sequence_limit - base &&
           header.length <= max_block_body_bytes && header.received.nanoseconds < 1'000'000'000;
}

// A text of at most 255 bytes behind its length.
void append_text(std::vector<std::uint8_t>& bytes, std::string_view text) {
    text = text.substr(0, 255);
    bytes.push_back(static_cast<std::uint8_t>(text.size()));
    bytes.insert(bytes.end(), text.begin(), text.end());
}

std::optional<std::string_view> take_text(std::span<const std::uint8_t>& bytes) {
    if (bytes.empty() || bytes.size() - 1 < bytes[0]) return std::nullopt;
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + 1, bytes[0]);
    bytes = bytes.subspan(1 + text.size());
    return text;
}

// Of a notice's body: all but its texts.
constexpr std::size_t notice_fixed_bytes = 34;

void store_time(std::uint8_t* at, const Timestamp& time) {
    store_le(at, static_cast<std::uint64_t>(time.seconds));
    store_le(at + 8, time.nanoseconds);
}

// What no clock can say is not known.
Timestamp load_time(const std::uint8_t* at) {
    const Timestamp time{static_cast<std::int64_t>(load_le<std::uint64_t>(at)),
                         load_le<std::uint32_t>(at + 8)};
    constexpr std::int64_t far = 253'402'300'800;  // the year 10000
    return time.nanoseconds < 1'000'000'000 && time.seconds > 0 && time.seconds < far ? time : Timestamp{};
}

}  // namespace

BlockHeaderBytes encode_header(const BlockHeader& header) {
    BlockHeaderBytes bytes{};
    std::copy(block_magic.begin(), block_magic.end(), bytes.begin());
    bytes[type_at] = static_cast<std::uint8_t>(header.type);
    store_le(&bytes[incarnation_at], header.incarnation);
    store_le(&bytes[base_at], number(header.base));
    store_le(&bytes[seconds_at], static_cast<std::uint64_t>(header.received.seconds));
    store_le(&bytes[count_at], header.count);
    store_le(&bytes[nanoseconds_at], header.received.nanoseconds);
    store_le(&bytes[length_at], header.length);
    store_le(&bytes[body_crc_at], header.body_crc);
    store_le(&bytes[header_crc_at], crc32c(std::span(bytes).first(header_crc_at)));
    return bytes;
}

std::optional<BlockHeader> decode_header(std::span<const std::uint8_t, block_header_bytes> bytes,
                                         std::uint64_t incarnation) {
    if (std::memcmp(bytes.data(), block_magic.data(), block_magic.size()) != 0) return std::nullopt;
    if (load_le<std::uint64_t>(&bytes[incarnation_at]) != incarnation) return std::nullopt;
    if (load_le<std::uint32_t>(&bytes[header_crc_at]) != crc32c(bytes.first(header_crc_at)))
        return std::nullopt;
    for (std::size_t i = zeros_at; i < incarnation_at; ++i) {
        if (bytes[i] != 0) return std::nullopt;
    }
    BlockHeader header;
    header.type = BlockType{bytes[type_at]};
    header.incarnation = incarnation;
    header.base = Position{load_le<std::uint64_t>(&bytes[base_at])};
    header.received.seconds = static_cast<std::int64_t>(load_le<std::uint64_t>(&bytes[seconds_at]));
    header.received.nanoseconds = load_le<std::uint32_t>(&bytes[nanoseconds_at]);
    header.count = load_le<std::uint64_t>(&bytes[count_at]);
    header.length = load_le<std::uint32_t>(&bytes[length_at]);
    header.body_crc = load_le<std::uint32_t>(&bytes[body_crc_at]);
    if (!within_limits(header)) return std::nullopt;
    return header;
}

BlockHeader header_for(BlockType type, std::span<const std::uint8_t> body) {
    BlockHeader header;
    header.type = type;
    header.length = static_cast<std::uint32_t>(body.size());
    header.body_crc = crc32c(body);
    return header;
}

std::vector<std::uint8_t> encode_stream(const StreamInformation& information) {
    std::vector<std::uint8_t> body(4);
    store_le(body.data(), information.stream);
    append_text(body, information.input);
    append_text(body, information.peer);
    return body;
}

std::optional<StreamInformation> decode_stream(std::span<const std::uint8_t> body) {
    if (body.size() < 4) return std::nullopt;
    StreamInformation information;
    information.stream = load_le<std::uint32_t>(body.data());
    body = body.subspan(4);
    const auto input = take_text(body);
    const auto peer = take_text(body);
    if (!input || !peer) return std::nullopt;
    information.input = *input;
    information.peer = *peer;
    return information;
}

std::vector<std::uint8_t> encode_notice(const Notice& notice, std::string_view input) {
    std::vector<std::uint8_t> body(notice_fixed_bytes);
    body[0] = static_cast<std::uint8_t>(notice.kind);
    body[1] = static_cast<std::uint8_t>(notice.reason);
    store_le(&body[2], notice.count);
    store_time(&body[10], notice.from);
    store_time(&body[22], notice.until);
    append_text(body, input);
    append_text(body, notice.words);
    return body;
}

std::optional<NoticeInformation> decode_notice(std::span<const std::uint8_t> body) {
    if (body.size() < notice_fixed_bytes) return std::nullopt;
    NoticeInformation information;
    Notice& notice = information.notice;
    const bool known = body[0] < notice_kind_count && body[1] < notice_reason_count;
    notice.kind = known ? NoticeKind{body[0]} : NoticeKind::rejected;
    notice.reason = known ? NoticeReason{body[1]} : NoticeReason::source;
    notice.count = load_le<std::uint64_t>(&body[2]);
    notice.from = load_time(&body[10]);
    notice.until = load_time(&body[22]);
    body = body.subspan(notice_fixed_bytes);
    const auto input = take_text(body);
    const auto words = take_text(body);
    if (!input || !words) return std::nullopt;
    information.input = *input;
    notice.words = *words;
    return information;
}

std::array<std::uint8_t, 1> encode_gap(LossReason reason) {
    return {static_cast<std::uint8_t>(reason)};
}

std::optional<LossReason> decode_gap(std::span<const std::uint8_t> body) {
    if (body.empty() || body[0] >= loss_reason_count) return std::nullopt;
    return LossReason{body[0]};
}

}  // namespace tapferry
