// A finished record taken apart again into its fields, by the family that its format belongs to: JSON members
// by their dotted path, CEF and LEEF keys, passivedns columns, members of YAML, lines of dig. It reads what
// our own encoders write and needs to understand nothing else. Used by `tapferry explain`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tapferry {

struct RecordField {
    std::string key;    // "dns.answers[0].data", "cs1 DnsQueryType", "rdata"
    std::string value;  // as it stands in the record, with its escapes and without its quotes
};

std::vector<RecordField> fields_of_record(std::string_view format, std::string_view record);

// The key with every index left out: "answers[].data".
std::string without_indexes(std::string_view key);
// The first index in it; 0 when there is none.
std::size_t index_in(std::string_view key);

}  // namespace tapferry
