#include "encoders/notice_facts.h"

#include <array>

#include "proto/dns_text.h"
#include "proto/text_pieces.h"

namespace tapferry {
namespace {

constexpr std::array<std::string_view, notice_kind_count> names{
    "gap",      "recovered", "silent",      "heard_again",    "started", "stopped",
    "upgraded", "rejected",  "dead_letter", "nothing_passes", "ledger",  "probe"};

constexpr std::array<std::string_view, notice_reason_count> reasons{"",      "retention", "disk",   "damage",
                                                                    "power", "ring",      "source", "purge"};

constexpr LedgerMember members[] = {{"read", &LedgerCounts::read},
                                    {"lost", &LedgerCounts::lost},
                                    {"undecodable", &LedgerCounts::undecodable},
                                    {"filtered", &LedgerCounts::filtered},
                                    {"paired", &LedgerCounts::paired},
                                    {"rendered", &LedgerCounts::rendered}};

constexpr std::size_t max_name = 64;  // of a destination or an input, in a sentence

// What it begins with, and what its words are called.
struct Phrases {
    std::string_view before_count;  // empty: its number is not worth a word
    std::string_view behind_count;
    std::string_view before_words;
};
constexpr std::array<Phrases, notice_kind_count> phrases{{
    {"lost ", " frames", ": "},
    {"the destination takes events again; ", " were waiting", ": "},
    {{}, "nothing comes from the input", ": "},
    {{}, "the input is heard again", ": "},
    {{}, "tapferry started", ", version "},
    {{}, "tapferry stopped", ", version "},
    {{}, "tapferry was upgraded", ": "},
    {"closed ", " connections for what they sent", ", the last one's: "},
    {"the destination refused ", " events for good", ": "},
    {"frames come, and the filter passes none of the last ", {}, ": "},
    {"ledger of ", " numbers", ": "},
    {{}, "a test event of tapferry probe", ", "},
}};

void append_name(TextBuffer& out, std::string_view before, std::string_view name) {
    if (name.empty()) return;
    out.append(before);
    append_opaque(out, name, max_name);
}

void append_time(TextBuffer& out, std::string_view before, const Timestamp& time) {
    if (time.seconds == 0) return;
    out.append(before);
    append_rfc3339(out, time, 3);
}

}  // namespace

std::string_view notice_name(NoticeKind kind) {
    return names[static_cast<std::size_t>(kind)];
}

std::string_view notice_reason_name(NoticeReason reason) {
    return reasons[static_cast<std::size_t>(reason)];
}

std::span<const LedgerMember> ledger_members() {
    return members;
}

void append_notice_message(TextBuffer& out, const Event& event) {
    if (event.notice == nullptr) return;
    const Notice& notice = *event.notice;
    const Phrases& phrase = phrases[static_cast<std::size_t>(notice.kind)];
    out.append(phrase.before_count);
    if (!phrase.before_count.empty()) out.append(Decimal{notice.count});
    out.append(phrase.behind_count);
    if (notice.first != 0) out.append(", ", Decimal{notice.first}, " to ", Decimal{notice.last});
    if (notice.reason != NoticeReason::none) out.append(", reason ", notice_reason_name(notice.reason));
    append_name(out, ", input ", event.input);
    append_name(out, ", destination ", notice.destination);
    append_time(out, ", from ", notice.from);
    append_time(out, ", until ", notice.until);
    if (notice.kind == NoticeKind::ledger)
        for (const LedgerMember& one : members)
            out.append(", ", one.name, ' ', Decimal{notice.ledger.*one.count});
    if (notice.words.empty()) return;
    out.append(phrase.before_words);
    append_opaque(out, notice.words);
}

}  // namespace tapferry
