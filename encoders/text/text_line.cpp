#include "encoders/text/text_line.h"

#include <algorithm>
#include <stdexcept>

#include "encoders/notice_facts.h"
#include "proto/dns_text.h"
#include "proto/text_pieces.h"

namespace tapferry {
namespace {

LineFormat sound(std::variant<LineFormat, std::string> parsed) {
    if (const auto* fault = std::get_if<std::string>(&parsed)) throw std::invalid_argument(*fault);
    return std::get<LineFormat>(std::move(parsed));
}

bool holds_notice(const LineFormat& line) {
    return std::any_of(line.steps().begin(), line.steps().end(), [](const LineStep& step) {
        return step.field != nullptr && step.field->name == "notice";
    });
}

}  // namespace

void append_notice_line(TextBuffer& out, const Event& event) {
    append_rfc3339(out, event.time, 3);
    out.append(" NOTICE ", notice_name(event.notice->kind), ' ', EventIdText{event.id}, ' ');
    append_notice_message(out, event);
}

TextLineEncoder::TextLineEncoder(const TextOptions& options)
    : line_(sound(LineFormat::parse_text(options.format))),
      notices_as_such_(options.format.empty()),
      tells_notices_(holds_notice(line_)) {}

TextLineEncoder::TextLineEncoder(const TemplateOptions& options)
    : line_(sound(LineFormat::parse_template(options.line))), tells_notices_(holds_notice(line_)) {
    line_.set_absent(options.absent);
}

void TextLineEncoder::encode(const Event& event, RecordBuffer& records) {
    if (event.notice != nullptr && !tells_notices_) {
        if (!notices_as_such_) return;
        append_notice_line(records.open(event), event);
        return records.close(event);
    }
    line_.append(records.open(event), event);
    records.close(event);
}

}  // namespace tapferry
