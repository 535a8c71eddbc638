// What the keys of all formats stand for: a line each. Read by field_mapping.cpp.
#pragma once

#include <span>
#include <string_view>

namespace tapferry {

struct KeyMeaning {
    std::string_view format;  // empty: any
    std::string_view key;     // without indexes
    std::string_view fact;    // as in fact_source.h; empty: derived
};

std::span<const KeyMeaning> key_meanings();

}  // namespace tapferry
