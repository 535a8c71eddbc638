// The answers of an event as one text, "name TTL CLASS TYPE rdata; name …", as many as there is room for.
// Used by the formats with one field for all answers.
#pragma once

#include <cstddef>

#include "encoders/cef/shortening.h"
#include "encoders/cut_fields.h"
#include "proto/dns_text.h"
#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

struct AnswerList {
    std::size_t first = 0;              // which answer of the event it begins with
    std::size_t wanted = 0;             // how many there are from there on
    std::size_t limit = 0;              // how many may be shown
    std::size_t room = 0;               // characters before escaping
    NameEnd name_end = NameEnd::plain;  // of owners and of names in RDATA
    void (*escape)(TextBuffer&, std::size_t from) = nullptr;
};

// `before` and `behind` stand around the answers, and only when one is shown. The first answer is cut to fit,
// the others are left out whole. What is missing is noted in `cut`, as CutField::answers.
void append_answer_list(TextBuffer& out, const Event& event, const AnswerList& list, std::string_view before,
                        std::string_view behind, ShownAnswers& shown, CutFields& cut);

}  // namespace tapferry
