// How each field of an event is compared in an expression: what sort it is, and how its value is had without
// writing text where there is such a way. Used by the makers of tests, and for the names by the
// help of the commands.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "agent/stages/expression_codes.h"
#include "agent/stages/expression_program.h"
#include "encoders/event_fields.h"

namespace tapferry {

enum class FieldSort : std::uint8_t {
    code,             // numbers with names: rcode, qtype …
    name,             // a domain name in canonical form
    text,             // any other text
    number,           //
    time,             //
    address,          //
    subnet,           // the client subnet of EDNS
    list,             // texts
    label,            // one, by name
    answer_address,   // those of A and AAAA answers
    extended_errors,  // those of EDNS: codes with names, and texts in a field of their own
    clipped,          // whether json leaves something out
};

struct ComparedField {
    const EventField* field = nullptr;
    FieldSort sort = FieldSort::text;
    std::string_view name = {};         // for words about it
    std::string_view label = {};        // of labels
    const FieldCodes* codes = nullptr;  // of codes
    const ListWords* words = nullptr;   // of lists and texts, where there is a fixed set
    TextOf view = nullptr;              // of texts and names, where there is one
    TimeOf time = nullptr;              // of times
};

// By its name, by the one that json has it under ("edns.do"), or "labels.NAME". None: there is no such field.
std::optional<ComparedField> find_compared_field(std::string_view name);
// All that may be asked for, but for labels.NAME.
std::vector<std::string_view> compared_fields();
// What may have been meant by a name that is none; empty: nobody knows.
std::string_view suggested_field(std::string_view name);
// "a number", for words about it.
std::string_view sort_name(FieldSort sort);

}  // namespace tapferry
