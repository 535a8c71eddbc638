// What the tests of expressions share: whether one holds, what is wrong with one, and a response to ask it
// of.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <variant>

#include "agent/stages/expression.h"
#include "tests/encoders/event_builder.h"

namespace tapferry::test {

inline bool holds(std::string_view text, const Event& event) {
    auto parsed = parse_expression(text);
    if (const auto* fault = std::get_if<ExpressionFault>(&parsed)) {
        FAIL(text, ": ", to_line(*fault));
        return false;
    }
    return std::get<Expression>(parsed).matches(event);
}

// "" when it is sound.
inline std::string fault_of(std::string_view text) {
    const auto parsed = parse_expression(text);
    const auto* fault = std::get_if<ExpressionFault>(&parsed);
    return fault == nullptr ? "" : to_line(*fault);
}

inline EventBuilder response() {
    EventBuilder builder;
    builder.question({"WWW", "Example", "test"}, 28).rcode(3);
    builder.answer({"www", "example", "test"}, 1, std::string("\xC0\x00\x02\x07", 4));
    builder.answer({"www", "example", "test"}, 5, wire_name({"edge", "cdn", "test"}));
    builder.answer({"www", "example", "test"}, 15,
                   std::string("\0\x0A", 2) + wire_name({"mail", "cdn", "test"}));
    builder.event().dns.edns = {};
    return builder;
}

}  // namespace tapferry::test
