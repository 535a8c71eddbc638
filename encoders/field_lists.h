// The event fields that are lists: each element, and all of them in one text. Used by event_fields.cpp.
#pragma once

#include <cstddef>

#include "encoders/bounds.h"
#include "encoders/escape.h"
#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

// Each appends its element `index`, counted from 0; false: there are no more.
bool append_flag(TextBuffer&, const Event&, std::size_t index);
bool append_one_answer(TextBuffer&, const Event&, std::size_t index);
bool append_one_authority(TextBuffer&, const Event&, std::size_t index);
bool append_one_additional(TextBuffer&, const Event&, std::size_t index);
bool append_one_answer_type(TextBuffer&, const Event&, std::size_t index);
bool append_one_answer_address(TextBuffer&, const Event&, std::size_t index);
bool append_one_extended_error(TextBuffer&, const Event&, std::size_t index);
bool append_one_error_text(TextBuffer&, const Event&, std::size_t index);
bool append_one_label(TextBuffer&, const Event&, std::size_t index);
// Of the answers that `wanted` accepts.
bool append_wanted_answer(TextBuffer&, const Event&, bool (*wanted)(const dns::ResourceRecord&),
                          std::size_t index);

// The flags with "+" between.
void append_flags(TextBuffer&, const Event&);
// The elements of a list with commas between. None holds a comma or a space, whatever came.
template <bool (*element)(TextBuffer&, const Event&, std::size_t)>
void append_joined(TextBuffer& out, const Event& event) {
    const std::size_t begin = out.size();
    for (std::size_t index = 0; out.size() - begin <= max_event_bytes / 2; ++index) {
        const std::size_t before = out.size();
        if (index != 0) out.push_back(',');
        const std::size_t from = out.size();
        if (!element(out, event, index)) {
            out.truncate(before);
            return;
        }
        escape_listed(out, from, " ,");
    }
}

}  // namespace tapferry
