#include "agent/letters/flat_json.h"

#include <charconv>
#include <cstdint>

namespace tapferry {

bool FlatJson::next() {
    if (ended_well_ || !take(began_ ? "," : "{")) {
        ended_well_ = ended_well_ || (began_ && rest_ == "}");
        return false;
    }
    if (!began_ && rest_ == "}") {
        ended_well_ = true;
        return false;
    }
    began_ = true;
    if (!take_text(name_) || !take(":")) return false;
    is_text_ = rest_.starts_with('"');
    if (is_text_) return take_text(text_);
    truth_ = take("true");
    text_.clear();
    return truth_ || take("false");
}

bool FlatJson::take(std::string_view what) {
    if (!rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    return true;
}

bool FlatJson::take_text(std::string& text) {
    text.clear();
    if (!take("\"")) return false;
    while (!rest_.empty()) {
        const std::size_t plain = rest_.find_first_of("\"\\");
        text.append(rest_.substr(0, plain));
        if (plain == std::string_view::npos) break;
        rest_.remove_prefix(plain);
        if (take("\"")) return true;
        if (!take_escape(text)) break;
    }
    rest_ = {};
    return false;
}

bool FlatJson::take_escape(std::string& text) {
    constexpr std::string_view for_one_byte = "\\u00";
    if (take(for_one_byte)) {
        std::uint8_t byte = 0;
        const std::string_view digits = rest_.substr(0, 2);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
        if (error != std::errc{} || digits.size() != 2 || end != digits.data() + 2) return false;
        text.push_back(static_cast<char>(byte));
        rest_.remove_prefix(2);
        return true;
    }
    if (rest_.size() < 2 || (rest_[1] != '"' && rest_[1] != '\\')) return false;
    text.push_back(rest_[1]);
    rest_.remove_prefix(2);
    return true;
}

}  // namespace tapferry
