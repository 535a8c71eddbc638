// One comparison of an expression, with its types checked, as a test. Used by the parser.
#pragma once

#include <variant>
#include <vector>

#include "agent/stages/expression_fields.h"
#include "agent/stages/expression_lexer.h"
#include "agent/stages/expression_program.h"

namespace tapferry {

// As written: FIELD [not] COMPARISON VALUES.
struct Comparison {
    ComparedField field;
    bool negated = false;
    Token how;                  // "==", "in", "contains" …
    std::vector<Token> values;  // at least one; several only where it is a list
};

// `program` keeps what fields the test asks for.
std::variant<Test, ExpressionFault> make_comparison(std::string_view expression, const Comparison& comparison,
                                                    ExpressionProgram& program);
Test make_presence(const ComparedField& field, ExpressionProgram& program);

}  // namespace tapferry
