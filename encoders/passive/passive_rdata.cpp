#include "encoders/passive/passive_rdata.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "encoders/bounds.h"
#include "proto/record_types.h"

namespace tapferry {
namespace {

enum class Kept : std::uint8_t { all, first_field, second_field, fourth_field, first_string };

// What gamelinux' passivedns prints of a type; of types that it knows nothing of, all is kept.
Kept kept_of(std::uint16_t type) {
    switch (type) {
        case dns::type_soa:  // the primary server
        case dns::type_rp:   // the mailbox
            return Kept::first_field;
        case dns::type_mx:  // the exchange
            return Kept::second_field;
        case dns::type_srv:  // the target
            return Kept::fourth_field;
        case dns::type_txt:
        case dns::type_spf:
            return Kept::first_string;
        default:
            return Kept::all;
    }
}

// Fields are told apart by single spaces: no name or number holds one.
std::string_view field(std::string_view text, int index) {
    for (; index > 0; --index) text.remove_prefix(std::min(text.size(), text.find(' ') + 1));
    return text.substr(0, text.find(' '));
}

// With its quotes; within them a quote is written \034.
std::string_view first_string(std::string_view text) {
    return text.substr(0, std::min(text.find('"', 1), text.size() - 1) + 1);
}

std::string_view kept(std::string_view text, Kept what) {
    switch (what) {
        case Kept::first_field:
            return field(text, 0);
        case Kept::second_field:
            return field(text, 1);
        case Kept::fourth_field:
            return field(text, 3);
        case Kept::first_string:
            return first_string(text);
        case Kept::all:
            break;
    }
    return text;
}

void keep(TextBuffer& out, std::size_t from, Kept what) {
    const std::string_view text = out.view(from);
    // RFC 3597: it does not parse as its type.
    if (text.empty() || text.starts_with("\\# ")) return;
    const std::string_view part = kept(text, what);
    if (part.empty()) return;
    const std::size_t length = part.size();
    std::memmove(out.data() + from, part.data(), length);
    out.truncate(from + length);
}

void remove_quotes(TextBuffer& out, std::size_t from) {
    const auto* const end = std::remove(out.data() + from, out.data() + out.size(), '"');
    out.truncate(static_cast<std::size_t>(end - out.data()));
}

}  // namespace

void append_passive_rdata(TextBuffer& out, dns::Wire wire, const dns::ResourceRecord& record,
                          const PassiveRdata& style) {
    const std::size_t from = out.size();
    append_rdata(out, wire, record, style.name_end, max_rdata_text);
    if (style.fields == PassivednsOptions::Rdata::passivedns) keep(out, from, kept_of(record.type));
    if (!style.quotes) remove_quotes(out, from);
}

}  // namespace tapferry
