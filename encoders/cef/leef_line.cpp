#include "encoders/cef/leef_line.h"

#include <algorithm>

#include "encoders/cef/answer_list.h"
#include "encoders/escape.h"
#include "encoders/event_class.h"
#include "encoders/event_facts.h"
#include "encoders/month_time.h"
#include "proto/dns_text.h"

namespace tapferry {
namespace {

// As much as a message of QRadar's usual length has room for.
constexpr std::size_t max_answers_text = 4000;

constexpr std::size_t max_short_name = 255;

// What cut fields are called in "truncated".
constexpr std::string_view names[cut_field_count] = {"domain",  "domain", "identity", "flags",
                                                     "answers", "reason", "others"};

}  // namespace

void append_leef_opaque(TextBuffer& out, std::string_view prefix, std::string_view bytes) {
    out.append(prefix);
    const std::size_t from = out.size();
    append_opaque(out, bytes);
    escape_tabs(out, from);
}

void append_leef_labels(TextBuffer& out, std::span<const Label> labels) {
    for (const Label& label : labels) {
        out.append("\tlabel_", label.name);
        append_leef_opaque(out, "=", label.value);
    }
}

void LeefLine::append(std::uint8_t severity, SecondText& second) {
    out_.append("cat=", event_category(event_), "\tdevTime=");
    append_leef_time(out_, second, event_.time);
    out_.append("\tdevTimeFormat=MMM dd yyyy HH:mm:ss.SSS z");
    if (const std::string_view transport = ip_transport(event_); !transport.empty()) {
        out_.append("\tproto=", transport);
    }
    out_.append("\tsev=", Decimal{std::max<std::uint8_t>(severity, 1)});
    append_ends();
    if (!event_.qname.empty()) append_name();
    if (event_.policy.present) append_policy();
    out_.append("\tid=", EventIdText{event_.id}, "\ttype=", MessageTypeName{event_});
    if (!keep_.others) {
        cut_.add(CutField::others);
    } else if (!event_.identity.empty()) {
        append_leef_opaque(out_, "\tidentity=", event_.identity);
    }
    append_question();
    if (keep_.others) append_numbers();
    append_message();
    if (keep_.others) append_added();
    append_cuts();
}

void LeefLine::append_ends() {
    if (event_.query.address.present()) out_.append("\tsrc=", AddressText{event_.query.address});
    if (event_.response.address.present()) out_.append("\tdst=", AddressText{event_.response.address});
    if (event_.query.port != 0) out_.append("\tsrcPort=", Decimal{event_.query.port});
    if (event_.response.port != 0) out_.append("\tdstPort=", Decimal{event_.response.port});
}

// A name of hostile bytes has up to 1,003 characters: where that is too much its last labels stay.
void LeefLine::append_name() {
    const std::string_view shown = keep_.full_name ? event_.qname : last_labels(event_.qname, max_short_name);
    text("\tdomain=", shown);
    if (shown.size() != event_.qname.size()) cut_.add(CutField::name);
}

void LeefLine::append_policy() {
    if (!event_.policy.rule.empty() && keep_.others) {
        out_.append("\tpolicy=");
        const std::size_t from = out_.size();
        append_policy_rule(out_, event_.policy.rule);
        escape_tabs(out_, from);
    }
    if (const std::string_view action = policy_action_name(event_.policy.action); !action.empty()) {
        text("\taction=", action);
    }
    if (!keep_.others) return;
    if (!event_.policy.type.empty()) append_leef_opaque(out_, "\tpolicyType=", event_.policy.type);
    if (const std::string_view match = policy_match_name(event_.policy.match); !match.empty())
        out_.append("\tpolicyMatch=", match);
    if (!event_.policy.value.empty()) append_leef_opaque(out_, "\tpolicyValue=", event_.policy.value);
}

void LeefLine::append_question() {
    if (event_.has_question) out_.append("\tqueryType=", TypeName{event_.qtype});
    if (event_.has_question && keep_.others) out_.append("\tqueryClass=", ClassName{event_.qclass});
    if (has_rcode(event_)) out_.append("\tresponseCode=", RcodeName{event_.dns.rcode});
    if (has_dns_header(event_)) append_flags();
    if (!event_.dns.answers.empty()) append_answers();
}

// An opcode other than QUERY stands before the flags.
void LeefLine::append_flags() {
    const std::string_view flags = flag_words(event_.dns);
    const bool query = event_.dns.opcode == 0;
    if (query && flags.empty()) return;
    if (!keep_.flags) return cut_.add(CutField::flags);
    out_.append("\tflags=");
    if (!query) append_opcode(out_, event_.dns.opcode);
    if (!query && !flags.empty()) out_.push_back(' ');
    out_.append(flags);
}

void LeefLine::append_answers() {
    const AnswerList list{.wanted = event_.dns.answers.size(),
                          .limit = keep_.answers,
                          .room = max_answers_text,
                          .escape = escape_tabs};
    append_answer_list(out_, event_, list, "\tanswers=", "", shown_answers_, cut_);
}

void LeefLine::append_numbers() {
    if (has_rcode(event_)) out_.append("\tanswerCount=", Decimal{event_.dns.answers.size()});
    if (has_dns_header(event_)) out_.append("\tdnsId=", Decimal{event_.dns.id});
    if (event_.protocol != SocketProtocol::unknown) {
        out_.append("\ttransport=", SocketProtocolName{event_.protocol});
    }
    if (event_.has_message) out_.append("\tmessageBytes=", Decimal{event_.dns.wire.size()});
    if (const std::optional<std::uint64_t> nanoseconds = latency(event_)) {
        out_.append("\tlatencyMs=");
        append_latency_ms(out_, event_, *nanoseconds);
    }
    if (event_.sample_rate != 1) {
        out_.append("\tsampleRate=");
        append_rate(out_, event_.sample_rate);
    }
}

// Why there is no proper answer, where no response code tells it.
void LeefLine::append_message() {
    if (event_.kind == EventKind::unanswered) return out_.append("\treason=unanswered");
    if (event_.dns.malformed == nullptr) return;
    if (!keep_.message) return cut_.add(CutField::message);
    text("\treason=", event_.dns.malformed);
}

void LeefLine::append_added() {
    if (!event_.registered_domain.empty()) text("\tregisteredDomain=", event_.registered_domain);
    if (event_.query_place.present()) append_place(event_.query_place, "\tsrc");
    if (event_.response_place.present()) append_place(event_.response_place, "\tdst");
    append_leef_labels(out_, event_.labels);
}

void LeefLine::append_place(const GeoPlace& place, std::string_view prefix) {
    const auto member = [&](std::string_view key, std::string_view bytes) {
        if (bytes.empty()) return;
        out_.append(prefix);
        append_leef_opaque(out_, key, bytes);
    };
    member("Country=", place.country);
    member("City=", place.city);
    if (place.as_number != 0) out_.append(prefix, "AsNumber=", Decimal{place.as_number});
    member("AsOrganization=", place.as_organization);
}

void LeefLine::append_cuts() {
    if (cut_.empty()) return;
    std::string_view before = "\ttruncated=";
    for (std::size_t field = 0; field < cut_field_count; ++field) {
        if (!cut_.holds(static_cast<CutField>(field))) continue;
        out_.append(before, names[field]);
        before = ",";
    }
}

void LeefLine::text(std::string_view prefix, std::string_view value) {
    out_.append(prefix);
    const std::size_t from = out_.size();
    out_.append(value);
    escape_tabs(out_, from);
}

}  // namespace tapferry
