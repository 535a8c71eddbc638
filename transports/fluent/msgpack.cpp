#include "transports/fluent/msgpack.h"

#include <bit>

namespace tapferry::msgpack {
namespace {

void append_big_endian(std::string& out, std::uint64_t value, unsigned bytes) {
    for (unsigned shift = bytes * 8; shift != 0;) {
        shift -= 8;
        out += static_cast<char>(value >> shift & 0xFF);
    }
}

void append_typed(std::string& out, unsigned type, std::uint64_t value, unsigned bytes) {
    out += static_cast<char>(type);
    append_big_endian(out, value, bytes);
}

// A head whose count has 8 (when `type8` is not 0), 16 or 32 bits.
void append_head(std::string& out, unsigned type8, unsigned type16, std::uint32_t count) {
    if (type8 != 0 && count <= 0xFF) return append_typed(out, type8, count, 1);
    if (count <= 0xFFFF) return append_typed(out, type16, count, 2);
    append_typed(out, type16 + 1, count, 4);
}

std::size_t open(std::string& out, unsigned type) {
    const std::size_t place = out.size();
    append_typed(out, type, 0, 4);
    return place;
}

}  // namespace

void append_nil(std::string& out) {
    out += '\xC0';
}

void append_boolean(std::string& out, bool value) {
    out += value ? '\xC3' : '\xC2';
}

void append_unsigned(std::string& out, std::uint64_t value) {
    if (value <= 0x7F) return append_big_endian(out, value, 1);
    if (value <= 0xFF) return append_typed(out, 0xCC, value, 1);
    if (value <= 0xFFFF) return append_typed(out, 0xCD, value, 2);
    if (value <= 0xFFFFFFFF) return append_typed(out, 0xCE, value, 4);
    append_typed(out, 0xCF, value, 8);
}

void append_signed(std::string& out, std::int64_t value) {
    if (value >= 0) return append_unsigned(out, static_cast<std::uint64_t>(value));
    const auto bits = static_cast<std::uint64_t>(value);
    if (value >= -32) return append_big_endian(out, bits, 1);
    append_typed(out, 0xD3, bits, 8);
}

void append_double(std::string& out, double value) {
    append_typed(out, 0xCB, std::bit_cast<std::uint64_t>(value), 8);
}

void append_text(std::string& out, std::string_view text) {
    if (text.size() < 32)
        out += static_cast<char>(0xA0 | text.size());
    else
        append_head(out, 0xD9, 0xDA, static_cast<std::uint32_t>(text.size()));
    out += text;
}

void append_array(std::string& out, std::uint32_t count) {
    if (count < 16)
        out += static_cast<char>(0x90 | count);
    else
        append_head(out, 0, 0xDC, count);
}

void append_map(std::string& out, std::uint32_t count) {
    if (count < 16)
        out += static_cast<char>(0x80 | count);
    else
        append_head(out, 0, 0xDE, count);
}

void append_event_time(std::string& out, Timestamp time) {
    out += "\xD7";
    out += '\0';
    append_big_endian(out, static_cast<std::uint32_t>(time.seconds), 4);
    append_big_endian(out, time.nanoseconds, 4);
}

std::size_t open_array(std::string& out) {
    return open(out, 0xDD);
}
std::size_t open_map(std::string& out) {
    return open(out, 0xDF);
}
std::size_t open_binary(std::string& out) {
    return open(out, 0xC6);
}

void close(std::string& out, std::size_t place, std::size_t count) {
    std::string size;
    append_big_endian(size, count, 4);
    out.replace(place + 1, size.size(), size);
}

ValueReader::Step ValueReader::next(Value& value) {
    value = {};
    const auto type = take_number(1);
    if (!type) return Step::need_more;
    if (*type <= 0x7F || *type >= 0xE0) {
        value.kind = Value::Kind::number;
        return Step::value;
    }
    if (*type <= 0x8F) return take_count(*type & 0x0F, Value::Kind::map, value);
    if (*type <= 0x9F) return take_count(*type & 0x0F, Value::Kind::array, value);
    if (*type <= 0xBF) return take_text(*type & 0x1F, value);
    switch (*type) {
        case 0xC0:
            return Step::value;
        case 0xC2:
        case 0xC3:
            value.kind = Value::Kind::boolean;
            value.is_true = *type == 0xC3;
            return Step::value;
        case 0xC4:
        case 0xD9:
            return take_text(take_number(1), value);
        case 0xC5:
        case 0xDA:
            return take_text(take_number(2), value);
        case 0xC6:
        case 0xDB:
            return take_text(take_number(4), value);
        case 0xDC:
            return take_count(take_number(2), Value::Kind::array, value);
        case 0xDD:
            return take_count(take_number(4), Value::Kind::array, value);
        case 0xDE:
            return take_count(take_number(2), Value::Kind::map, value);
        case 0xDF:
            return take_count(take_number(4), Value::Kind::map, value);
        case 0xCC:
        case 0xD0:
            return take_number(1, value);
        case 0xCD:
        case 0xD1:
            return take_number(2, value);
        case 0xCA:
        case 0xCE:
        case 0xD2:
            return take_number(4, value);
        case 0xCB:
        case 0xCF:
        case 0xD3:
            return take_number(8, value);
        default:
            return Step::broken;  // extensions, and what is no type
    }
}

ValueReader::Step ValueReader::skip() {
    Value value;
    for (std::uint64_t left = 1; left != 0; --left) {
        if (const Step step = next(value); step != Step::value) return step;
        if (value.kind == Value::Kind::array) left += value.count;
        if (value.kind == Value::Kind::map) left += 2 * static_cast<std::uint64_t>(value.count);
        // An answer that unfolds without end is none.
        if (left > most_count * most_count) return Step::broken;
    }
    return Step::value;
}

std::optional<std::uint64_t> ValueReader::take_number(std::size_t size) {
    if (bytes_.size() - at_ < size) return std::nullopt;
    std::uint64_t number = 0;
    for (const char byte : bytes_.substr(at_, size)) number = number << 8 | static_cast<unsigned char>(byte);
    at_ += size;
    return number;
}

ValueReader::Step ValueReader::take_text(std::optional<std::uint64_t> length, Value& value) {
    if (!length) return Step::need_more;
    if (*length > most_text) return Step::broken;
    if (bytes_.size() - at_ < *length) return Step::need_more;
    value.kind = Value::Kind::text;
    value.text = bytes_.substr(at_, *length);
    at_ += *length;
    return Step::value;
}

ValueReader::Step ValueReader::take_count(std::optional<std::uint64_t> count, Value::Kind kind,
                                          Value& value) {
    if (!count) return Step::need_more;
    if (*count > most_count) return Step::broken;
    value.kind = kind;
    value.count = static_cast<std::uint32_t>(*count);
    return Step::value;
}

ValueReader::Step ValueReader::take_number(std::size_t size, Value& value) {
    if (!take_number(size)) return Step::need_more;
    value.kind = Value::Kind::number;
    return Step::value;
}

}  // namespace tapferry::msgpack
