#include <array>

#include "proto/base_encoding.h"
#include "proto/escape.h"
#include "proto/rdata_fields.h"
#include "proto/wire_bytes.h"

namespace tapferry {
namespace {

// Keys of IANA's "Service Parameter Keys (SvcParamKeys)", in the order of their numbers.
enum Key : std::uint16_t { mandatory, alpn, no_default_alpn, port, ipv4hint, ech, ipv6hint, dohpath, ohttp };
constexpr std::array<std::string_view, 9> key_names = {
    "mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint", "dohpath", "ohttp"};

void append_key(TextBuffer& text, std::uint16_t key) {
    if (key < key_names.size()) {
        text.append(key_names[key]);
    } else {
        text.append("key");
        append_decimal(text, key);
    }
}

bool append_mandatory_keys(TextBuffer& text, dns::Wire value) {
    if (value.empty() || value.size() % 2 != 0) return false;
    for (std::size_t i = 0; i < value.size(); i += 2) {
        if (i != 0) text.push_back(',');
        append_key(text, dns::read_u16(value.data() + i));
    }
    return true;
}

// RFC 9460, appendix A.1: within the list a comma or backslash of an id is escaped by a backslash, and the
// whole is then a character string, where that backslash is \092.
void append_protocol_id(TextBuffer& text, dns::Wire id) {
    char* const begin = text.reserve(8 * id.size());
    char* out = begin;
    for (const std::uint8_t octet : id) {
        if (octet == ',' || octet == '\\') {
            constexpr std::uint8_t backslash = '\\';
            out = escape_bytes(out, &backslash, 1, string_alphabet);
        }
        out = escape_bytes(out, &octet, 1, string_alphabet);
    }
    text.commit(static_cast<std::size_t>(out - begin));
}

bool append_protocol_ids(TextBuffer& text, dns::Wire value) {
    if (value.empty()) return false;
    text.push_back('"');
    for (bool is_first = true; !value.empty(); is_first = false) {
        const std::size_t length = value[0];
        if (length == 0 || value.size() - 1 < length) return false;
        if (!is_first) text.push_back(',');
        append_protocol_id(text, value.subspan(1, length));
        value = value.subspan(1 + length);
    }
    text.push_back('"');
    return true;
}

bool append_hints(TextBuffer& text, dns::Wire value, Field address, std::size_t size) {
    if (value.empty() || value.size() % size != 0) return false;
    RdataCursor cursor{value};
    while (!cursor.at_end()) {
        if (cursor.at != 0) text.push_back(',');
        append_field(text, address, cursor, NameEnd::plain);
    }
    return true;
}

bool append_value(TextBuffer& text, std::uint16_t key, dns::Wire value) {
    switch (key) {
        case mandatory:
            return append_mandatory_keys(text, value);
        case alpn:
            return append_protocol_ids(text, value);
        case port:
            if (value.size() != 2) return false;
            append_decimal(text, dns::read_u16(value.data()));
            return true;
        case ipv4hint:
            return append_hints(text, value, Field::a, 4);
        case ipv6hint:
            return append_hints(text, value, Field::aaaa, 16);
        case ech:
            if (value.empty()) return false;
            append_base64(text, value);
            return true;
        default:
            append_character_string(text, dns::as_text(value));
            return true;
    }
}

// Keys that mean something by being there.
bool takes_no_value(std::uint16_t key) {
    return key == no_default_alpn || key == ohttp;
}

}  // namespace

bool append_service_params(TextBuffer& text, RdataCursor& cursor) {
    unsigned lowest_key = 0;
    for (bool is_first = true; !cursor.done(text); is_first = false) {
        if (cursor.left() < 4) return false;
        const dns::Wire head = cursor.take(4);
        const std::uint16_t key = dns::read_u16(head.data());
        const std::size_t length = dns::read_u16(head.data() + 2);
        if (key < lowest_key || cursor.left() < length) return false;
        const dns::Wire value = cursor.take(length);
        if (takes_no_value(key) && !value.empty()) return false;
        if (!is_first) text.push_back(' ');
        append_key(text, key);
        const bool is_known = key < key_names.size();
        if (!takes_no_value(key) && (is_known || !value.empty())) {
            text.push_back('=');
            if (!append_value(text, key, value)) return false;
        }
        lowest_key = key + 1u;
    }
    return true;
}

}  // namespace tapferry
