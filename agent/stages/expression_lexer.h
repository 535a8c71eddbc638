// An expression as words. Used by the parser.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "agent/stages/expression.h"

namespace tapferry {

struct Token {
    enum class Kind : std::uint8_t { word, text, number, symbol, end };
    Kind kind = Kind::end;
    std::string_view text;  // of a text without its quotes
    std::size_t at = 0;     // offset in the expression
    double number = 0;

    [[nodiscard]] bool is(std::string_view wanted) const {
        return (kind == Kind::word || kind == Kind::symbol) && text == wanted;
    }
};

// A fault at an offset of the expression.
ExpressionFault fault_at(std::string_view expression, std::size_t offset, std::string text);

// The last token is Kind::end. Texts stand in "…" or '…'; nothing in them is an escape.
std::variant<std::vector<Token>, ExpressionFault> split_expression(std::string_view expression);

}  // namespace tapferry
