// The fields whose values are a fixed set of words: what stands for each word, whatever its case, so that a
// word that no event can have is refused. Used by the makers of tests, and of the words for response codes
// and record types by the filter's lists.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/stages/expression_program.h"

namespace tapferry {

// The numbers that go by a name.
struct FieldCodes {
    CodeOf of;
    // By name, whatever its case, or as "TYPE65". None: there is no such name.
    std::optional<std::int64_t> (*find)(std::string_view name);
    std::string_view what;  // "a response code such as \"NXDOMAIN\""
};

// The words that a list, or a text, may have.
struct ListWords {
    // As the event has it. None: there is no such word.
    std::optional<std::string> (*find)(std::string_view word);
    std::string (*what)();
};

// Null: the field has other values.
const FieldCodes* find_field_codes(std::string_view field);
const ListWords* find_list_words(std::string_view field);

std::optional<std::int64_t> find_response_code(std::string_view name);
std::optional<std::int64_t> find_record_type(std::string_view name);
// By the name of RFC 8914's registry ("Stale Answer"), or by its number.
std::optional<std::int64_t> find_extended_error(std::string_view name);

}  // namespace tapferry
