#include "agent/letters/letter.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>
#include <utility>

#include "agent/letters/flat_json.h"
#include "agent/stages/expression_time.h"
#include "proto/dns_text.h"

namespace tapferry {

namespace {

constexpr std::size_t max_words = 1024;
constexpr std::size_t max_input = 64;
constexpr std::size_t max_heading = 1100;  // a name of DNS as text, and a byte
constexpr std::string_view words_are_cut = "...";
constexpr std::size_t json_per_byte = 6;  // \u00ff
constexpr std::size_t hex_per_byte = 2;
constexpr std::size_t digits_of_id = 32;
constexpr std::array<std::string_view, 3> content_names{"record", "row", "frame"};

std::span<const std::uint8_t> as_octets(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Each byte is one character, U+0000 to U+00FF, so that what was refused can be had back exactly.
void append_json_string(TextBuffer& out, std::string_view bytes) {
    out.push_back('"');
    for (const char c : bytes) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte < 0x20 || byte >= 0x7f) {
            out.append("\\u00");
            append_hex(out, {&byte, 1});
        } else {
            if (c == '"' || c == '\\') out.push_back('\\');
            out.push_back(c);
        }
    }
    out.push_back('"');
}

void append_time(TextBuffer& line, std::string_view key, const Timestamp& time, unsigned digits) {
    line.append(",\"", key, "\":\"");
    append_rfc3339(line, time, digits);
    line.push_back('"');
}

std::optional<std::uint64_t> read_number(std::string_view text, int base) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// 32 hex digits: two halves.
std::optional<std::pair<std::uint64_t, std::uint64_t>> read_digits(std::string_view text) {
    if (text.size() != digits_of_id) return std::nullopt;
    const auto high = read_number(text.substr(0, digits_of_id / 2), 16);
    const auto low = read_number(text.substr(digits_of_id / 2), 16);
    if (!high || !low) return std::nullopt;
    return std::pair{*high, *low};
}

// As append_record_id() writes it.
bool read_id(std::string_view text, Record& name) {
    const auto id = read_digits(text.substr(0, digits_of_id));
    if (!id) return false;
    name.id = {id->first, id->second, 0};
    text.remove_prefix(digits_of_id);
    if (text.size() >= 2 && text[0] == '-' && text[1] >= 'a' && text[1] <= 'z') {
        name.id.letter = text[1];
        text.remove_prefix(2);
    }
    if (text.empty()) return true;
    if (text.front() != '-') return false;
    text.remove_prefix(1);
    if (const auto row = read_digits(text)) {
        name.row = {row->first, row->second};
        return true;
    }
    const auto part = read_number(text, 10);
    if (!part || *part == 0 || *part > std::numeric_limits<std::uint32_t>::max()) return false;
    name.part = static_cast<std::uint32_t>(*part);
    return true;
}

bool read_time(std::string_view text, Timestamp& time) {
    const auto parsed = parse_time(text);
    if (parsed) time = *parsed;
    return parsed.has_value();
}

bool read_hex(std::string_view text, std::string& bytes) {
    if (text.size() % hex_per_byte != 0) return false;
    for (; !text.empty(); text.remove_prefix(hex_per_byte)) {
        const auto byte = read_number(text.substr(0, hex_per_byte), 16);
        if (!byte) return false;
        bytes.push_back(static_cast<char>(*byte));
    }
    return true;
}

bool read_member(const FlatJson& json, Letter& letter, bool& has_content) {
    if (json.name() == "id") return json.is_text() && read_id(json.text(), letter.name);
    if (json.name() == "at") return json.is_text() && read_time(json.text(), letter.buried);
    if (json.name() == "time") return json.is_text() && read_time(json.text(), letter.name.time);
    if (json.name() == "reason") letter.words = json.text();
    if (json.name() == "input") letter.input = json.text();
    if (json.name() == "heading") letter.heading = json.text();
    if (json.name() == "cut") letter.cut = !json.is_text() && json.truth();
    const auto* content = std::ranges::find(content_names, json.name());
    if (content == content_names.end()) return true;
    if (has_content || !json.is_text()) return false;
    has_content = true;
    letter.content = static_cast<Letter::Content>(content - content_names.begin());
    if (letter.content == Letter::Content::frame) return read_hex(json.text(), letter.bytes);
    letter.bytes = json.text();
    return true;
}

}  // namespace

std::string_view content_name(Letter::Content content) {
    return content_names[static_cast<std::size_t>(content)];
}

std::size_t most_around_content() {
    return (max_words + max_input) * json_per_byte + 2 * max_heading + 256;
}

void append_letter(TextBuffer& line, const Letter& letter, std::size_t room) {
    const bool is_frame = letter.content == Letter::Content::frame;
    const auto bytes =
        std::string_view(letter.bytes).substr(0, room / (is_frame ? hex_per_byte : json_per_byte));
    line.append("{\"id\":\"");
    append_record_id(line, letter.name);
    line.push_back('"');
    if (letter.buried.seconds != 0) append_time(line, "at", letter.buried, 3);
    if (letter.name.time.seconds != 0) append_time(line, "time", letter.name.time, 9);
    line.append(",\"reason\":");
    if (letter.words.size() <= max_words)
        append_json_string(line, letter.words);
    else
        append_json_string(
            line, letter.words.substr(0, max_words - words_are_cut.size()) + std::string(words_are_cut));
    if (!letter.input.empty()) {
        line.append(",\"input\":");
        append_json_string(line, std::string_view(letter.input).substr(0, max_input));
    }
    if (!letter.heading.empty()) {
        line.append(",\"heading\":");
        append_json_string(line, std::string_view(letter.heading).substr(0, max_heading));
    }
    line.append(",\"", content_name(letter.content), "\":");
    if (is_frame) {
        line.push_back('"');
        append_hex(line, as_octets(bytes));
        line.push_back('"');
    } else {
        append_json_string(line, bytes);
    }
    line.append(letter.cut || bytes.size() < letter.bytes.size() ? std::string_view(",\"cut\":true}\n")
                                                                 : std::string_view("}\n"));
}

std::optional<Letter> parse_letter(std::string_view line) {
    Letter letter;
    bool has_content = false;
    bool has_id = false;
    FlatJson json(line);
    while (json.next()) {
        has_id = has_id || json.name() == "id";
        if (!read_member(json, letter, has_content)) return std::nullopt;
    }
    if (!json.ended_well() || !has_id || !has_content) return std::nullopt;
    return letter;
}

}  // namespace tapferry
