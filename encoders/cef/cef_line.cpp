#include "encoders/cef/cef_line.h"

#include "encoders/event_class.h"
#include "encoders/event_facts.h"
#include "proto/text_pieces.h"

namespace tapferry {
namespace {

// Of ArcSight's dictionary in characters, before escaping.
constexpr std::size_t max_custom_string = 4000;

// What cut fields are called in flexString1.
constexpr std::string_view names[cut_field_count] = {
    "destinationDnsDomain", "dhost", "dvchost", "cs3", "cs4", "msg", "others"};

}  // namespace

void CefLine::append() {
    out_.append("rt=");
    append_unix_ms(out_, event_.time);
    pairs_.source_address();
    pairs_.source_port();
    pairs_.destination_address();
    pairs_.destination_port();
    pairs_.protocol();
    if (event_.policy.present) append_action();
    pairs_.name();
    append_outcome();
    if (keep_.others) {
        pairs_.direction();
        pairs_.identity();
    } else {
        pairs_.cut.add(CutField::others);
    }
    pairs_.id();
    if (keep_.others) pairs_.category();
    append_custom_strings();
    if (keep_.others) append_custom_numbers();
    pairs_.answer_index();
    if (event_.dns.malformed != nullptr) append_message();
    if (keep_.others) pairs_.own();
    pairs_.cuts(names);
}

void CefLine::append_action() {
    if (const std::string_view action = policy_action_name(event_.policy.action); !action.empty()) {
        pairs_.text(" act=", action);
    }
}

void CefLine::append_outcome() {
    if (event_.kind == EventKind::unanswered) return out_.append(" outcome=failure reason=UNANSWERED");
    if (!has_rcode(event_)) return;
    const std::uint16_t rcode = event_.dns.rcode;
    out_.append(is_success(rcode) ? std::string_view(" outcome=success")
                                  : std::string_view(" outcome=failure"));
    if (rcode != 0) out_.append(" reason=", RcodeName{rcode});
}

void CefLine::append_custom_strings() {
    if (event_.has_question) {
        out_.append(" cs1Label=DnsQueryType cs1=", TypeName{event_.qtype});
    }
    if (has_rcode(event_)) {
        out_.append(" cs2Label=DnsResponseCode cs2=", RcodeName{event_.dns.rcode});
    }
    if (has_dns_header(event_)) append_flags();
    if (!event_.dns.answers.empty()) {
        pairs_.answers(" cs4Label=DnsAnswers cs4=", "", max_custom_string, NameEnd::plain);
    }
    out_.append(" cs5Label=DnstapType cs5=", MessageTypeName{event_});
    if (keep_.others && event_.protocol != SocketProtocol::unknown) {
        out_.append(" cs6Label=DnsTransport cs6=", SocketProtocolName{event_.protocol});
    }
}

// An opcode other than QUERY stands before the flags.
void CefLine::append_flags() {
    const std::string_view flags = flag_words(event_.dns);
    const bool query = event_.dns.opcode == 0;
    if (query && flags.empty()) return;
    if (!keep_.flags) return pairs_.cut.add(CutField::flags);
    out_.append(" cs3Label=DnsFlags cs3=");
    if (!query) append_opcode(out_, event_.dns.opcode);
    if (!query && !flags.empty()) out_.push_back(' ');
    out_.append(flags);
}

void CefLine::append_custom_numbers() {
    if (has_dns_header(event_)) out_.append(" cn1Label=DnsId cn1=", Decimal{event_.dns.id});
    if (has_rcode(event_)) out_.append(" cn2Label=DnsAnswerCount cn2=", Decimal{event_.dns.answers.size()});
    if (event_.has_message) out_.append(" cn3Label=DnsMessageBytes cn3=", Decimal{event_.dns.wire.size()});
    pairs_.latency();
    pairs_.sample_rate();
}

void CefLine::append_message() {
    if (keep_.message) {
        pairs_.text(" msg=", event_.dns.malformed);
    } else {
        pairs_.cut.add(CutField::message);
    }
}

}  // namespace tapferry
