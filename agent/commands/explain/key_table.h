// What the keys of all formats stand for: a line each. Read by field_mapping.cpp.
#pragma once

#include <span>
#include <string_view>

namespace tapferry {

struct KeyMeaning {
    std::string_view format;  // or the tool whose keys it takes; empty: any
    std::string_view key;     // without indexes
    std::string_view fact;    // as in fact_source.h; empty: derived
};

// Of schemas that others have made.
std::span<const KeyMeaning> key_meanings();
// Of our own json, text, yaml and dig (own_key_table.cpp).
std::span<const KeyMeaning> own_key_meanings();

}  // namespace tapferry
