// How each field of an event is compared in an expression: what sort it is, and how its value is had without
// writing text where there is such a way. Used by the makers of tests.
#pragma once

#include <optional>
#include <string_view>

#include "agent/stages/expression_program.h"
#include "encoders/event_fields.h"

namespace tapferry {

enum class FieldSort : std::uint8_t {
    code,     // numbers with names: rcode, qtype …
    name,     // a domain name in canonical form
    text,     // any other text
    number,   //
    time,     //
    address,  //
    subnet,   // the client subnet of EDNS
    list,     // texts
};

// The numbers that go by a name.
struct FieldCodes {
    CodeOf of;
    // By name, whatever its case, or as "TYPE65". None: there is no such name.
    std::optional<std::int64_t> (*find)(std::string_view name);
    std::string_view what;  // "a response code such as \"NXDOMAIN\""
};

struct ComparedField {
    const EventField* field = nullptr;
    FieldSort sort = FieldSort::text;
    const FieldCodes* codes = nullptr;  // of codes
    TextOf view = nullptr;              // of texts and names, where there is one
    TimeOf time = nullptr;              // of times
};

// None: there is no such field.
std::optional<ComparedField> find_compared_field(std::string_view name);
// "a number", for words about it.
std::string_view sort_name(FieldSort sort);

// Used by the filter's lists too.
std::optional<std::int64_t> find_response_code(std::string_view name);
std::optional<std::int64_t> find_record_type(std::string_view name);

}  // namespace tapferry
