// The fields that a text line can name by %{field}: those of the json format, and a few made for lines that
// people read. Used by text_line.cpp.
#pragma once

#include <span>
#include <string_view>

#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

struct TextField {
    std::string_view name;
    void (*append)(TextBuffer&, const Event&);  // appends nothing when the event has no such field
    // May hold any printable character; the others hold only those of names, numbers and times.
    bool free_text = false;
};

std::span<const TextField> text_fields();
// nullptr: there is no such field.
const TextField* find_text_field(std::string_view name);
// The field whose name is the least work to type instead.
std::string_view nearest_text_field(std::string_view name);

}  // namespace tapferry
