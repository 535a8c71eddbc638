#include "encoders/cef/infoblox_line.h"

#include <algorithm>

#include "encoders/event_facts.h"
#include "proto/text_pieces.h"

namespace tapferry {
namespace {

// Of ArcSight's dictionary in characters, before escaping and without the quotes.
constexpr std::size_t max_message = 1021;

// What cut fields are called in flexString1.
constexpr std::string_view names[cut_field_count] = {
    "destinationDnsDomain", "dhost", "dvchost", "InfobloxDNSQFlags", "msg", "reason", "others"};

}  // namespace

void InfobloxLine::append() {
    const std::size_t begin = out_.size();
    pairs_.destination_address();
    pairs_.source_address();
    pairs_.source_port();
    pairs_.protocol();
    append_view();
    pairs_.name();
    append_question();
    if (!event_.dns.answers.empty()) {
        pairs_.answers(" msg=\"", "\"", max_message, NameEnd::trailing_dot);
    }
    append_counts();
    append_rest();
    pairs_.cuts(names);
    // The first pair has no space before it.
    std::copy(out_.data() + begin + 1, out_.data() + out_.size(), out_.data() + begin);
    out_.truncate(out_.size() - 1);
}

// dnstap does not know of views: an operator's label may tell it.
void InfobloxLine::append_view() {
    const auto view = std::find_if(event_.labels.begin(), event_.labels.end(),
                                   [](const Label& label) { return label.name == "view"; });
    if (view != event_.labels.end() && keep_.others)
        append_cef_opaque(out_, " InfobloxDNSView=", view->value);
}

void InfobloxLine::append_question() {
    if (event_.has_question) {
        out_.append(" InfobloxDNSQClass=", ClassName{event_.qclass},
                    " InfobloxDNSQType=", TypeName{event_.qtype});
    }
    if (has_dns_header(event_)) append_flags();
    if (has_rcode(event_)) out_.append(" InfobloxDNSRCode=", RcodeName{event_.dns.rcode});
}

// +: recursion desired, else -. Of a query: T over TCP, E with EDNS, D with DO, C with CD. Of a response: A
// authoritative, t truncated, E, D, V authenticated.
void InfobloxLine::append_flags() {
    if (!keep_.flags) return pairs_.cut.add(CutField::flags);
    const dns::Message& dns = event_.dns;
    const auto letter = [this](bool set, char c) {
        if (set) out_.push_back(c);
    };
    out_.append(" InfobloxDNSQFlags=");
    out_.push_back(dns.rd() ? '+' : '-');
    letter(dns.qr() && dns.aa(), 'A');
    letter(dns.qr() && dns.tc(), 't');
    letter(!dns.qr() && event_.protocol == SocketProtocol::tcp, 'T');
    letter(dns.has_edns, 'E');
    letter(dns.has_edns && dns.edns.dnssec_ok, 'D');
    letter(!dns.qr() && dns.cd(), 'C');
    letter(dns.qr() && dns.ad(), 'V');
}

void InfobloxLine::append_counts() {
    if (!has_dns_header(event_)) return;
    out_.append(" InfobloxAnCount=", Decimal{event_.dns.answers.size()},
                " InfobloxNsCount=", Decimal{event_.dns.authority.size()},
                " InfobloxArCount=", Decimal{event_.dns.additional.size() + (event_.dns.has_edns ? 1 : 0)});
}

void InfobloxLine::append_rest() {
    out_.append(" rt=");
    append_unix_ms(out_, event_.time);
    pairs_.destination_port();
    append_reason();
    if (keep_.others) {
        pairs_.direction();
        pairs_.identity();
    } else {
        pairs_.cut.add(CutField::others);
    }
    pairs_.id();
    if (keep_.others) pairs_.category();
    out_.append(" cs5Label=DnstapType cs5=", MessageTypeName{event_});
    if (keep_.others) {
        pairs_.latency();
        pairs_.sample_rate();
    }
    pairs_.answer_index();
    if (keep_.others) pairs_.own();
}

// Only what no response code tells.
void InfobloxLine::append_reason() {
    if (event_.kind == EventKind::unanswered) {
        out_.append(" outcome=failure reason=UNANSWERED");
    } else if (event_.dns.malformed != nullptr) {
        if (keep_.message) {
            pairs_.text(" reason=", event_.dns.malformed);
        } else {
            pairs_.cut.add(CutField::message);
        }
    }
}

}  // namespace tapferry
