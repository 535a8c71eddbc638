// What an expression becomes: a list of tests, each with the test to go on with. Made by the parser, run by
// Expression. Used by expression*.cpp only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/stages/expression.h"
#include "agent/stages/networks.h"
#include "agent/stages/pattern.h"
#include "encoders/event_fields.h"

namespace tapferry {

// A number that has a name in the event's text, such as a response code; below 0: the event has none.
using CodeOf = std::int64_t (*)(const Event&);
using TextOf = std::string_view (*)(const Event&);
using NumberOf = std::optional<double> (*)(const Event&);
using TimeOf = std::optional<Timestamp> (*)(const Event&);
using AddressOf = const IpAddress& (*)(const Event&);

enum class Order : std::uint8_t { equal, not_equal, less, less_or_equal, greater, greater_or_equal };

// What a text is held against: one of `values`, or the pattern.
struct TextMatch {
    enum class How : std::uint8_t { equal, contains, starts_with, ends_with, ends_with_labels, matches };
    How how = How::equal;
    std::vector<std::string> values;
    std::optional<Pattern> pattern;
    bool any_case = false;  // `values` are in lower case then
    [[nodiscard]] bool holds(std::string_view text) const;
};

// Where a text comes from: a view of the event, or what the field writes.
struct TextSource {
    TextOf view = nullptr;
    std::size_t field = 0;  // without a view: its place in ExpressionProgram::written
};

struct TextTest {
    TextSource source;
    TextMatch match;
    bool negated = false;
};
struct CodeTest {
    CodeOf code;
    std::vector<std::int64_t> values;
    bool negated = false;
};
struct ClippedTest {
    std::vector<std::int64_t> values;  // 1: it is, 0: it is not
    bool negated = false;
};
struct NumberTest {
    NumberOf number;
    Order order = Order::equal;
    std::vector<double> values;  // one, but for equal and not_equal
};
struct TimeTest {
    TimeOf time;
    Order order = Order::equal;
    Timestamp value;
};
struct AddressTest {
    AddressOf address;
    NetworkSet networks;
    bool negated = false;
};
struct AnswerAddressTest {  // of any answer
    std::uint8_t size = 0;  // 4 or 16: of A or of AAAA alone
    NetworkSet networks;
    bool negated = false;
};
struct LabelTest {
    std::string name;
    std::optional<TextMatch> match;  // none: it is there
    bool negated = false;
};
struct SubnetTest {  // of EDNS
    NetworkSet networks;
    bool negated = false;
};
struct ElementTest {  // of a list
    const EventField* list;
    TextMatch match;
    std::vector<dns::ResourceRecord> dns::Message::*records = nullptr;  // whose addresses count
    NetworkSet networks;                                                // for them
    bool negated = false;
};
struct ExtendedErrorTest {  // of any
    std::vector<std::int64_t> codes;
    bool negated = false;
};
struct PresenceTest {
    const EventField* field;
    TextSource source;  // for texts
};

using Test = std::variant<CodeTest, TextTest, AddressTest, NumberTest, TimeTest, SubnetTest, ElementTest,
                          AnswerAddressTest, LabelTest, ExtendedErrorTest, ClippedTest, PresenceTest>;

struct Step {
    static constexpr std::uint32_t accept = 0xFFFFFFFF;
    static constexpr std::uint32_t reject = 0xFFFFFFFE;
    Test test;
    std::uint32_t if_true = accept;
    std::uint32_t if_false = reject;
};

struct ExpressionProgram {
    std::vector<Step> steps;
    std::uint32_t first = Step::accept;
    std::vector<const EventField*> written;  // fields whose text is needed
    std::vector<const EventField*> fields;   // all that it asks for
};

}  // namespace tapferry
