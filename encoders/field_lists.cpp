#include "encoders/field_lists.h"

#include <algorithm>
#include <span>
#include <vector>

#include "encoders/event_facts.h"
#include "encoders/record_address.h"
#include "proto/dns_text.h"

namespace tapferry {
namespace {

bool append_one_of(TextBuffer& out, const dns::Message& message,
                   const std::vector<dns::ResourceRecord>& section, std::size_t index) {
    if (index >= std::min(section.size(), max_shown_records)) return false;
    append_rdata(out, message.wire, section[index], NameEnd::plain, max_rdata_text);
    return true;
}

}  // namespace

void append_flags(TextBuffer& out, const Event& event) {
    if (!has_dns_header(event)) return;
    const std::size_t from = out.size();
    out.append(flag_words(event.dns));
    std::replace(out.data() + from, out.data() + out.size(), ' ', '+');
}

bool append_flag(TextBuffer& out, const Event& event, std::size_t index) {
    std::string_view words = has_dns_header(event) ? flag_words(event.dns) : std::string_view();
    for (; !words.empty(); words.remove_prefix(std::min<std::size_t>(words.size(), 3))) {
        if (index-- != 0) continue;
        out.append(words.substr(0, 2));
        return true;
    }
    return false;
}

bool append_one_answer(TextBuffer& out, const Event& event, std::size_t index) {
    return append_one_of(out, event.dns, event.dns.answers, index);
}
bool append_one_authority(TextBuffer& out, const Event& event, std::size_t index) {
    return append_one_of(out, event.dns, event.dns.authority, index);
}
bool append_one_additional(TextBuffer& out, const Event& event, std::size_t index) {
    return append_one_of(out, event.dns, event.dns.additional, index);
}

bool append_one_answer_type(TextBuffer& out, const Event& event, std::size_t index) {
    if (index >= std::min(event.dns.answers.size(), max_shown_records)) return false;
    append_type(out, event.dns.answers[index].type);
    return true;
}

bool append_wanted_answer(TextBuffer& out, const Event& event, bool (*wanted)(const dns::ResourceRecord&),
                          std::size_t index) {
    const std::size_t looked_at = std::min(event.dns.answers.size(), max_shown_records);
    for (const dns::ResourceRecord& record : std::span(event.dns.answers).first(looked_at)) {
        if (!wanted(record) || index-- != 0) continue;
        append_rdata(out, event.dns.wire, record, NameEnd::plain, max_rdata_text);
        return true;
    }
    return false;
}
bool append_one_answer_address(TextBuffer& out, const Event& event, std::size_t index) {
    return append_wanted_answer(out, event, is_address, index);
}

// "15" or "15:text".
bool append_one_extended_error(TextBuffer& out, const Event& event, std::size_t index) {
    const auto& errors = event.dns.edns.errors;
    if (index >= std::min(errors.size(), max_shown_extended_errors)) return false;
    append_decimal(out, errors[index].code);
    if (errors[index].text.empty()) return true;
    out.push_back(':');
    append_opaque(out, errors[index].text);
    return true;
}

// Of the errors that have a text.
bool append_one_error_text(TextBuffer& out, const Event& event, std::size_t index) {
    const auto& errors = event.dns.edns.errors;
    for (const auto& error : std::span(errors).first(std::min(errors.size(), max_shown_extended_errors))) {
        if (error.text.empty() || index-- != 0) continue;
        append_opaque(out, error.text);
        return true;
    }
    return false;
}

bool append_one_label(TextBuffer& out, const Event& event, std::size_t index) {
    if (index >= event.labels.size()) return false;
    out.append(event.labels[index].name, '=');
    append_opaque(out, event.labels[index].value);
    return true;
}

}  // namespace tapferry
