// A condition on events as an operator writes it: `where` of a destination's filter, --where of the commands.
//
//   qname ends_with "example.com" and (rcode != "NOERROR" or latency > 0.5) and not src in "10.0.0.0/8"
//
// Over the fields of encoders/event_fields.h, "clipped" and "labels.NAME", with ( ) not and or, and with
//   ==  !=                  texts, numbers, times (RFC 3339 in quotes), addresses
//   <  <=  >  >=            numbers and times
//   in                      a list in [ ], or networks for addresses
//   contains starts_with ends_with matches    texts; `matches` is a regular expression of RE2
//   exists, or the field alone              it is there
// A comparison with a field that the event has not is false, != too. Of a list (answers, answer_ip) any
// element counts; != and `not in` hold when no element is it. Names are compared as Event::qname has them, by
// whole labels in `ends_with`. Words of a fixed set count in any case; one that no event has is a fault.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/stages/clipped.h"
#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

struct ExpressionFault {
    std::size_t line = 1;    // of the expression, from 1
    std::size_t column = 1;  // of that line in characters, from 1
    std::string text;        // what is wrong, what is allowed
};
// "column 7: there is no field …"
std::string to_line(const ExpressionFault& fault);
// The line of the expression that has the fault, and below it a ^ at its column: two lines, for terminals.
std::string with_caret(std::string_view expression, const ExpressionFault& fault);

struct ExpressionProgram;

// Finished and free of faults. Copies share the program; one copy belongs to one thread.
class Expression {
  public:
    explicit Expression(std::shared_ptr<const ExpressionProgram> program);
    Expression(const Expression& other) : Expression(other.program_) {}
    Expression(Expression&&) = default;
    Expression& operator=(const Expression& other) { return *this = Expression(other); }
    Expression& operator=(Expression&&) = default;
    ~Expression() = default;

    [[nodiscard]] bool matches(const Event& event);
    [[nodiscard]] bool asks_for(std::string_view field) const;

    // Texts of one event's fields, each written when it is first asked for.
    struct Texts {
        struct Written {
            std::uint64_t of_event = 0;
            std::size_t begin = 0;
            std::size_t end = 0;
        };
        TextBuffer buffer;
        std::vector<Written> fields;
        std::uint64_t event = 0;             // counts them
        std::unique_ptr<Clipping> clipping;  // once it is asked for
    };

  private:
    std::shared_ptr<const ExpressionProgram> program_;
    Texts texts_;
};

// `labels`: the names of those that an event can have; null: any.
std::variant<Expression, ExpressionFault> parse_expression(std::string_view text,
                                                           const std::vector<std::string>* labels = nullptr);

}  // namespace tapferry
