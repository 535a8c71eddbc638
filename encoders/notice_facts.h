// What every format says of a notice. Bounded, whatever the far side's words are. Used by the encoders.
#pragma once

#include <span>
#include <string_view>

#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

// "gap", "heard_again" …
std::string_view notice_name(NoticeKind);
// "retention" …; empty: none.
std::string_view notice_reason_name(NoticeReason);

// The numbers of a ledger by name, in the order in which they are written.
struct LedgerMember {
    std::string_view name;
    std::uint64_t LedgerCounts::*count;
};
std::span<const LedgerMember> ledger_members();

// One printable sentence for people; nothing for an event that is no notice. To be escaped.
void append_notice_message(TextBuffer& out, const Event& event);

}  // namespace tapferry
