// A line made of literal text and fields, compiled once from what the configuration says: the line of the
// text format, with %{field} and %%, and the template, with {field}, {{ and }}. A field that an event has not
// is a dash, or what else stands for it. Used by the encoders that begin with such a line.
//
// Where a field ends is for the literal text to say, so what stands in a field never holds a separator: free
// text (identity, answers …) no space and no punctuation mark of any literal text, and nothing at all a mark
// that alone parts it from the next field, such as the slashes of "%{qname}/%{qtype}". It is written as \DDD
// then. A dot and a backslash separate nothing: every name is full of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "encoders/event_fields.h"

namespace tapferry {

// What a field is made safe for.
enum class FieldEscape : std::uint8_t {
    line,  // the line that it stands in
    json,  // the inside of a JSON string
    cef,   // a value of a CEF extension
    raw,   // nothing: it is printable ASCII, and may hold whatever separates fields
};

// Literal text and the field behind it; the last step has none.
struct LineStep {
    std::string literal;
    const EventField* field = nullptr;
    std::string label;  // in place of a field: the label of that name
    FieldEscape escape = FieldEscape::line;
    std::string separators;  // what the field may not hold
    [[nodiscard]] bool has_field() const { return field != nullptr || !label.empty(); }
};

class LineFormat {
  public:
    // Or why the text cannot be used. Empty: the line that dnstap-read prints.
    static std::variant<LineFormat, std::string> parse_text(std::string_view text);
    static std::variant<LineFormat, std::string> parse_template(std::string_view text);
    static LineFormat dnstap_read() { return std::get<LineFormat>(parse_text({})); }

    // What stands for a field that an event has not.
    void set_absent(std::string absent) { absent_ = std::move(absent); }
    // At most max_event_bytes: what is too long is cut field by field.
    void append(TextBuffer& out, const Event& event) const;
    [[nodiscard]] const std::vector<LineStep>& steps() const { return steps_; }
    // What one step's field is written as, cut to `room`.
    void append_field(TextBuffer& out, const Event& event, const LineStep& step, std::size_t room) const;

  private:
    explicit LineFormat(std::vector<LineStep> steps);

    std::vector<LineStep> steps_;
    std::string absent_ = "-";
    std::size_t least_size_ = 0;  // of a line with nothing in its fields
};

}  // namespace tapferry
