#include "tests/encoders/cef/leef_reader.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace tapferry::test {
namespace {

constexpr std::size_t header_fields = 6;

// What lies before the next `end`, which is taken too.
std::string_view take_until(std::string_view& text, char end) {
    const std::size_t at = text.find(end);
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return taken;
}

bool is_key(std::string_view key) {
    return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    });
}

}  // namespace

LeefRecord read_leef(std::string_view line) {
    if (!line.starts_with("LEEF:")) throw std::runtime_error("no LEEF");
    line.remove_prefix(5);
    LeefRecord record;
    while (record.header.size() < header_fields) {
        if (line.empty()) throw std::runtime_error("header breaks off");
        record.header.emplace_back(take_until(line, '|'));
    }
    if (record.header[0] != "2.0" || record.header[5] != "x09") throw std::runtime_error("not LEEF 2.0");
    while (!line.empty()) {
        std::string_view pair = take_until(line, '\t');
        if (pair.find('=') == std::string_view::npos) throw std::runtime_error("a key without value");
        const std::string_view key = take_until(pair, '=');
        if (!is_key(key)) throw std::runtime_error("bad key: " + std::string(key));
        if (pair.empty()) throw std::runtime_error("an empty value: " + std::string(key));
        if (record[key] != "(absent)") throw std::runtime_error("a key twice: " + std::string(key));
        record.pairs.emplace_back(key, pair);
    }
    return record;
}

std::string LeefRecord::operator[](std::string_view key) const {
    const auto found =
        std::find_if(pairs.begin(), pairs.end(), [&](const auto& pair) { return pair.first == key; });
    return found == pairs.end() ? "(absent)" : found->second;
}

}  // namespace tapferry::test
