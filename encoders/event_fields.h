// The fields of an event by name: those of the json format, and a few made for lines that people read. One
// table serves text lines, templates, expressions, aggregates and explanations, so that a name means the same
// everywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

// What a field can be compared with, and how JSON writes it.
enum class FieldType : std::uint8_t {
    text,
    number,   // a JSON number: see EventField::number
    time,     // RFC 3339 text; as a number, Unix seconds
    address,  // text; see EventField::address
    list,     // of texts: see EventField::element
};

struct EventField {
    std::string_view name;
    FieldType type;
    // Appends its text, all elements of a list in one; nothing when the event has no such field.
    void (*append)(TextBuffer&, const Event&);
    // May hold any printable character; the others hold only those of names, numbers and times.
    bool free_text = false;
    // Of numbers and times; none: the event has no such field.
    std::optional<double> (*number)(const Event&) = nullptr;
    // Of addresses; may be absent in the event.
    const IpAddress& (*address)(const Event&) = nullptr;
    // Of lists: appends its element `index`, counted from 0; false: there are no more.
    bool (*element)(TextBuffer&, const Event&, std::size_t index) = nullptr;
};

std::span<const EventField> event_fields();
// nullptr: there is no such field.
const EventField* find_event_field(std::string_view name);
// Also by the name that json has it under where that is another: "edns.do". (nearest_field.cpp)
const EventField* find_json_field(std::string_view name);
// The field that was meant, whatever the case: the one that another collector calls so, else the one whose
// name is the least work to type instead. Empty when that is so much that something else was meant, and for
// what another collector has and we have not. (nearest_field.cpp)
std::string_view near_event_field(std::string_view name);

}  // namespace tapferry
