#include "agent/stages/expression_lexer.h"

#include <algorithm>
#include <charconv>

#include "proto/characters.h"

namespace tapferry {

namespace {

bool begins_a_word(char c) {
    return is_letter(c) || c == '_';
}
bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// The words of the grammar may stand in any case, as in SQL: "AND". All others are as they are.
std::string_view in_usual_case(std::string_view word) {
    constexpr std::string_view words[] = {"and",         "or",        "not",     "in",   "exists", "contains",
                                          "starts_with", "ends_with", "matches", "true", "false"};
    const auto* const found = std::find_if(std::begin(words), std::end(words), [word](std::string_view one) {
        return std::equal(one.begin(), one.end(), word.begin(), word.end(),
                          [](char a, char b) { return a == to_lower(b); });
    });
    return found == std::end(words) ? word : *found;
}

class Lexer {
  public:
    explicit Lexer(std::string_view text) : text_(text) {}

    std::variant<std::vector<Token>, ExpressionFault> split() {
        while (!fault_) {
            while (at_ < text_.size() && is_space(text_[at_])) ++at_;
            if (at_ == text_.size()) break;
            take_one();
        }
        if (fault_) return *fault_;
        tokens_.push_back({Token::Kind::end, {}, text_.size(), 0});
        return std::move(tokens_);
    }

  private:
    void take_one() {
        const char c = text_[at_];
        if (begins_a_word(c))
            take(Token::Kind::word, length_of_word());
        else if (c == '"' || c == '\'')
            take_text(c);
        else if (is_digit(c) || (c == '-' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1])))
            take_number();
        else
            take_symbol();
    }

    // A dot may stand within: edns.do, labels.site.
    std::size_t length_of_word() const {
        std::size_t end = at_;
        const auto belongs = [&](std::size_t i) {
            return i < text_.size() && (begins_a_word(text_[i]) || is_digit(text_[i]));
        };
        while (belongs(end) || (end < text_.size() && text_[end] == '.' && belongs(end + 1))) ++end;
        return end - at_;
    }

    void take(Token::Kind kind, std::size_t length, double number = 0) {
        const std::string_view text = text_.substr(at_, length);
        tokens_.push_back({kind, kind == Token::Kind::word ? in_usual_case(text) : text, at_, number});
        at_ += length;
    }

    void take_text(char quote) {
        const auto close = text_.find(quote, at_ + 1);
        if (close == std::string_view::npos)
            return complain(std::string("the text that begins here has no closing ") + quote);
        tokens_.push_back({Token::Kind::text, text_.substr(at_ + 1, close - at_ - 1), at_, 0});
        at_ = close + 1;
    }

    void take_number() {
        double number = 0;
        const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
        const auto length = static_cast<std::size_t>(end - (text_.data() + at_));
        const std::size_t behind = at_ + length;
        const bool runs_on = behind < text_.size() &&
                             (begins_a_word(text_[behind]) || text_[behind] == '.' || text_[behind] == ':');
        if (error != std::errc{} || runs_on)
            return complain("this is not a number; texts, times and addresses are written in quotes");
        take(Token::Kind::number, length, number);
    }

    void take_symbol() {
        for (const std::string_view symbol : {"==", "!=", "<=", ">="})
            if (text_.substr(at_).starts_with(symbol)) return take(Token::Kind::symbol, 2);
        const char c = text_[at_];
        if (std::string_view("()[],<>").find(c) != std::string_view::npos)
            return take(Token::Kind::symbol, 1);
        if (c == '=') return complain("\"=\" is not a comparison; write \"==\"");
        if (c == '&') return complain("write \"and\"");
        if (c == '|') return complain("write \"or\"");
        if (c == '!') return complain("write \"not\", or \"!=\"");
        if (c == '~') return complain("write \"matches\"");
        if (c > 0x20 && c < 0x7F) return complain(std::string("\"") + c + "\" means nothing here");
        complain("only ASCII is allowed outside quotes");
    }

    void complain(std::string text) { fault_ = fault_at(text_, at_, std::move(text)); }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<Token> tokens_;
    std::optional<ExpressionFault> fault_;
};

}  // namespace

ExpressionFault fault_at(std::string_view expression, std::size_t offset, std::string text) {
    const std::string_view before = expression.substr(0, offset);
    const auto line_begin = before.find_last_of('\n') + 1;  // npos + 1 is 0
    const auto starts_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
    ExpressionFault fault;
    fault.line += static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    fault.column += static_cast<std::size_t>(std::count_if(
        before.begin() + static_cast<std::ptrdiff_t>(line_begin), before.end(), starts_character));
    fault.text = std::move(text);
    return fault;
}

std::string to_line(const ExpressionFault& fault) {
    const std::string place = "column " + std::to_string(fault.column) + ": " + fault.text;
    return fault.line == 1 ? place : "line " + std::to_string(fault.line) + ", " + place;
}

std::string with_caret(std::string_view expression, const ExpressionFault& fault) {
    for (std::size_t line = 1; line < fault.line; ++line) expression.remove_prefix(expression.find('\n') + 1);
    std::string shown(expression.substr(0, expression.find('\n')));
    // What a terminal would act upon is not shown to it.
    for (char& c : shown)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
    return shown + '\n' + std::string(fault.column - 1, ' ') + '^';
}

std::variant<std::vector<Token>, ExpressionFault> split_expression(std::string_view expression) {
    return Lexer(expression).split();
}

}  // namespace tapferry
