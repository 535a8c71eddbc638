// What Python's dnstap-receiver tells of an event: the members that its JSON and its YAML have in common, in
// the order of its JSON. Each is always there; what is not known is "-".
#pragma once

#include <span>
#include <string_view>

#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

struct ReceiverMember {
    std::string_view name;
    // number: without quotes; word: YAML needs no quotes for it; text: anything may stand in it.
    enum class Type : std::uint8_t { number, word, text } type;
    // Appends its value, not escaped; nothing: it is not known.
    void (*append)(TextBuffer&, const Event&);
};

std::span<const ReceiverMember> dnstap_receiver_members();

}  // namespace tapferry
