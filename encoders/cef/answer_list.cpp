#include "encoders/cef/answer_list.h"

#include <span>

#include "encoders/escape.h"
#include "proto/digits.h"
#include "proto/text_pieces.h"

namespace tapferry {
namespace {

// Returns how many characters the answer has before escaping: over `room` it does not fit.
std::size_t append_answer(TextBuffer& out, const Event& event, const dns::ResourceRecord& record,
                          const AnswerList& list, std::size_t room, bool may_be_cut, CutFields& cut) {
    const std::size_t from = out.size();
    append_name(out, event.dns.wire, record.owner, list.name_end);
    out.append(' ', Decimal{record.ttl}, ' ', ClassName{record.rclass}, ' ', TypeName{record.type}, ' ');
    if (append_rdata(out, event.dns.wire, record, list.name_end, max_rdata_text)) cut.add(CutField::answers);
    if (may_be_cut && cut_text(out, from, room)) cut.add(CutField::answers);
    const std::size_t used = out.size() - from;
    list.escape(out, from);
    return used;
}

}  // namespace

void append_answer_list(TextBuffer& out, const Event& event, const AnswerList& list, std::string_view before,
                        std::string_view behind, ShownAnswers& shown, CutFields& cut) {
    const std::size_t begin = out.size();
    std::size_t room = list.room;
    out.append(before);
    for (const dns::ResourceRecord& record : std::span(event.dns.answers).subspan(list.first, list.wanted)) {
        if (shown.count() == list.limit) break;
        const std::size_t mark = out.size();
        if (shown.count() != 0) out.append("; ");
        const std::size_t separator = out.size() - mark;
        const std::size_t used =
            separator + append_answer(out, event, record, list, room - separator, shown.count() == 0, cut);
        if (used > room) {
            out.truncate(mark);
            break;
        }
        room -= used;
        shown.add(out.size() - begin);
    }
    if (shown.count() < list.wanted) cut.add(CutField::answers);
    if (shown.count() == 0) {
        out.truncate(begin);
    } else {
        out.append(behind);
    }
}

}  // namespace tapferry
