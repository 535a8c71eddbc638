#include "tests/encoders/cef/cef_reader.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace tapferry::test {
namespace {

constexpr std::size_t header_fields = 7;

std::string_view read_header(std::string_view line, std::vector<std::string>& header) {
    if (!line.starts_with("CEF:")) throw std::runtime_error("no CEF");
    line.remove_prefix(4);
    header.emplace_back();
    while (header.size() <= header_fields) {
        if (line.empty()) throw std::runtime_error("header breaks off");
        const char c = line.front();
        line.remove_prefix(1);
        if (c == '|') {
            header.emplace_back();
        } else if (c == '\\') {
            if (line.empty() || (line.front() != '\\' && line.front() != '|'))
                throw std::runtime_error("bad header escape");
            header.back() += line.front();
            line.remove_prefix(1);
        } else {
            header.back() += c;
        }
    }
    header.pop_back();
    return line;
}

bool is_key_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// Where the key of the next pair begins: behind a space and in front of an '=' that no backslash stands
// before.
std::size_t next_key(std::string_view text, std::size_t from) {
    for (std::size_t at = from; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '=') {
            std::size_t key = at;
            while (key > from && is_key_character(text[key - 1])) --key;
            if (key == at || key == from || text[key - 1] != ' ')
                throw std::runtime_error("an = that is not escaped");
            return key;
        }
    }
    return text.size() + 1;
}

std::string unescaped_value(std::string_view text) {
    std::string value;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            value += text[i];
            continue;
        }
        if (++i == text.size()) throw std::runtime_error("escape breaks off");
        switch (text[i]) {
            case '\\':
            case '=':
                value += text[i];
                break;
            case 'n':
                value += '\n';
                break;
            case 'r':
                value += '\r';
                break;
            default:
                throw std::runtime_error("no such escape");
        }
    }
    return value;
}

}  // namespace

CefRecord read_cef(std::string_view line) {
    CefRecord record;
    std::string_view rest = read_header(line, record.header);
    while (!rest.empty()) {
        const std::size_t equals = rest.find('=');
        if (equals == std::string_view::npos) throw std::runtime_error("a key without value");
        const std::string_view key = rest.substr(0, equals);
        if (key.empty() || !std::all_of(key.begin(), key.end(), is_key_character))
            throw std::runtime_error("bad key");
        if (record[key] != "(absent)") throw std::runtime_error("a key twice: " + std::string(key));
        const std::size_t next = next_key(rest, equals + 1);
        record.extension.emplace_back(key, unescaped_value(rest.substr(equals + 1, next - 1 - (equals + 1))));
        rest.remove_prefix(std::min(next, rest.size()));
    }
    return record;
}

std::string CefRecord::operator[](std::string_view key) const {
    const auto found =
        std::find_if(extension.begin(), extension.end(), [&](const auto& pair) { return pair.first == key; });
    return found == extension.end() ? "(absent)" : found->second;
}

std::vector<std::string> CefRecord::keys() const {
    std::vector<std::string> keys;
    for (const auto& [key, value] : extension) keys.push_back(key);
    return keys;
}

}  // namespace tapferry::test
