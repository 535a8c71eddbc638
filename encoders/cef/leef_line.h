// The pairs of a LEEF event: the keys that LEEF defines, then our own. Used by leef.cpp, and
// the functions by notice_pairs.cpp; lives for one event.
#pragma once

#include <span>
#include <string_view>

#include "encoders/cef/shortening.h"
#include "encoders/cut_fields.h"
#include "proto/event.h"
#include "proto/text_buffer.h"
#include "proto/text_pieces.h"

namespace tapferry {

// What events and notices share. `prefix`: the key, with the TAB before it and the "=".
void append_leef_opaque(TextBuffer& out, std::string_view prefix, std::string_view bytes);
void append_leef_labels(TextBuffer& out, std::span<const Label> labels);

class LeefLine {
  public:
    // Appends all pairs. `severity`: 0 to 10.
    LeefLine(TextBuffer& out, const Event& event, std::uint8_t severity, SecondText& second,
             const Shortening& keep)
        : out_(out), event_(event), keep_(keep) {
        append(severity, second);
    }
    LeefLine(const LeefLine&) = delete;
    LeefLine& operator=(const LeefLine&) = delete;

    [[nodiscard]] const ShownAnswers& answers() const { return shown_answers_; }
    [[nodiscard]] CutFields cut() const { return cut_; }

  private:
    void append(std::uint8_t severity, SecondText& second);
    void append_ends();
    void append_name();
    void append_policy();
    void append_question();
    void append_flags();
    void append_answers();
    void append_numbers();
    void append_message();
    void append_place(const GeoPlace& place, std::string_view prefix);
    void append_added();
    void append_cuts();

    void text(std::string_view prefix, std::string_view value);

    TextBuffer& out_;
    const Event& event_;
    const Shortening& keep_;
    ShownAnswers shown_answers_;
    CutFields cut_;
};

}  // namespace tapferry
