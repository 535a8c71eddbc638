#include "encoders/cef_line.h"

#include "encoders/escape.h"
#include "encoders/event_facts.h"
#include "proto/dns_text.h"
#include "proto/text_pieces.h"

namespace tapferry {
namespace {

// Lengths of ArcSight's dictionary in characters, before escaping.
constexpr std::size_t max_destination_dns_domain = 255;
constexpr std::size_t max_dhost = 1023;
constexpr std::size_t max_dvchost = 100;
constexpr std::size_t max_custom_string = 4000;

// What naming the keys in flexString1 can take.
constexpr std::size_t truncated_bytes = 96;

constexpr std::uint16_t noerror = 0;
constexpr std::uint16_t nxdomain = 3;

std::string_view transport_of(const Event& event) {
    switch (event.protocol) {
        case SocketProtocol::udp:
        case SocketProtocol::dnscrypt_udp:
        case SocketProtocol::doq:
            return " proto=UDP";
        case SocketProtocol::doh:
            return event.http_protocol == HttpProtocol::http3 ? " proto=UDP" : " proto=TCP";
        case SocketProtocol::tcp:
        case SocketProtocol::dot:
        case SocketProtocol::dnscrypt_tcp:
            return " proto=TCP";
        default:
            return {};
    }
}

// 0: towards the server that tells of it; 1: away from it.
std::string_view direction_of(const Event& event) {
    switch (event.type) {
        case MessageType::unknown:
            return {};
        case MessageType::client_query:
        case MessageType::client_response:
        case MessageType::auth_query:
        case MessageType::auth_response:
        case MessageType::update_query:
        case MessageType::update_response:
            return " deviceDirection=0";
        default:
            return " deviceDirection=1";
    }
}

std::string_view category_of(const Event& event) {
    if (event.kind == EventKind::new_domain) return " cat=DNS/newdomain";
    if (event.type == MessageType::update_query || event.type == MessageType::update_response) {
        return " cat=DNS/update";
    }
    return event.is_response ? " cat=DNS/response" : " cat=DNS/query";
}

// The last labels of a name that together have at most `max` characters. A dot always ends a label: one
// inside a label is written \046.
std::string_view last_labels(std::string_view name, std::size_t max) {
    if (name.size() <= max) return name;
    const std::size_t dot = name.find('.', name.size() - max - 1);
    return dot == std::string_view::npos ? name.substr(name.size() - max) : name.substr(dot + 1);
}

}  // namespace

bool CefShortening::shorten(const CefLine& line, std::size_t excess) {
    if (line.answers() != 0) {
        const std::size_t all = line.answer_bytes(line.answers());
        const std::size_t wanted = excess + truncated_bytes;
        answers = line.answers() - 1;
        while (answers != 0 && all - line.answer_bytes(answers) < wanted) --answers;
        return true;
    }
    for (bool* step : {&flags, &message, &dhost, &optional}) {
        if (!*step) continue;
        *step = false;
        return true;
    }
    return false;
}

void CefLine::append() {
    append_time();
    append_ends();
    append_protocol();
    append_name();
    append_outcome();
    append_origin();
    append_custom_strings();
    if (keep_.optional) append_custom_numbers();
    append_message();
    if (truncated_ != 0) append_truncated();
}

void CefLine::append_time() {
    out_.append("rt=");
    append_unix_time(out_, event_.time, 0);
    // The digits of the milliseconds without their dot.
    char dotted[FractionText::room];
    const char* const end = FractionText{event_.time.nanoseconds, 3}.write(dotted);
    out_.append(std::string_view(dotted + 1, end));
}

void CefLine::append_ends() {
    append_end(event_.query, " src=", " c6a2Label=Source IPv6 Address c6a2=", " spt=");
    append_end(event_.response, " dst=", " c6a3Label=Destination IPv6 Address c6a3=", " dpt=");
}

void CefLine::append_end(const Endpoint& end, std::string_view inline_key, std::string_view c6a_keys,
                         std::string_view port_key) {
    if (end.address.present()) {
        out_.append(end.address.is_v6() && ipv6_ == CefOptions::Ipv6::c6a ? c6a_keys : inline_key);
        out_.append(AddressText{end.address});
    }
    if (end.port != 0) out_.append(port_key, Decimal{end.port});
}

void CefLine::append_protocol() {
    out_.append(transport_of(event_), " app=DNS");
    if (event_.policy.present) {
        if (const std::string_view action = policy_action_name(event_.policy.action); !action.empty()) {
            text(" act=", action);
        }
    }
}

void CefLine::append_name() {
    if (event_.qname.empty()) return;
    const std::string_view shown = last_labels(event_.qname, max_destination_dns_domain);
    text(" destinationDnsDomain=", shown);
    if (shown.size() == event_.qname.size()) return;
    truncated(destination_dns_domain);
    if (!keep_.dhost) {
        truncated(dhost);
        return;
    }
    text(" dhost=", event_.qname.substr(0, max_dhost));
}

void CefLine::append_outcome() {
    if (!has_rcode(event_)) return;
    const std::uint16_t rcode = event_.dns.rcode;
    out_.append(rcode == noerror || rcode == nxdomain ? std::string_view(" outcome=success")
                                                      : std::string_view(" outcome=failure"));
    if (rcode == noerror) return;
    out_.append(" reason=", RcodeName{rcode});
}

void CefLine::append_origin() {
    if (keep_.optional) {
        out_.append(direction_of(event_));
        if (!event_.identity.empty()) {
            out_.append(" dvchost=");
            const std::size_t from = out_.size();
            append_opaque(out_, event_.identity);
            if (cut_text(out_, from, max_dvchost)) truncated(dvchost);
            escape_cef_value(out_, from);
        }
    } else {
        truncated(others);
    }
    out_.append(" externalId=", EventIdText{event_.id});
    if (keep_.optional) out_.append(category_of(event_));
}

void CefLine::append_custom_strings() {
    if (event_.has_question) {
        out_.append(" cs1Label=DnsQueryType cs1=", TypeName{event_.qtype});
    }
    if (has_rcode(event_)) {
        out_.append(" cs2Label=DnsResponseCode cs2=", RcodeName{event_.dns.rcode});
    }
    if (has_dns_header(event_)) append_flags();
    if (!event_.dns.answers.empty()) append_answers();
    out_.append(" cs5Label=DnstapType cs5=", MessageTypeName{event_});
    if (keep_.optional && event_.protocol != SocketProtocol::unknown) {
        out_.append(" cs6Label=DnsTransport cs6=", SocketProtocolName{event_.protocol});
    }
}

// An opcode other than QUERY stands before the flags.
void CefLine::append_flags() {
    const std::string_view flags = flag_words(event_.dns);
    const bool query = event_.dns.opcode == 0;
    if (query && flags.empty()) return;
    if (!keep_.flags) {
        truncated(cs3);
        return;
    }
    out_.append(" cs3Label=DnsFlags cs3=");
    if (!query) append_opcode(out_, event_.dns.opcode);
    if (!query && !flags.empty()) out_.push_back(' ');
    out_.append(flags);
}

void CefLine::append_answers() {
    const std::size_t before = out_.size();
    std::size_t room = max_custom_string;
    out_.append(" cs4Label=DnsAnswers cs4=");
    for (const dns::ResourceRecord& record : event_.dns.answers) {
        if (answers_ == keep_.answers) break;
        const std::size_t mark = out_.size();
        if (answers_ != 0) out_.append("; ");
        const std::size_t separator = out_.size() - mark;
        const std::size_t used = separator + append_answer(record, room - separator);
        if (used > room) {
            out_.truncate(mark);
            break;
        }
        room -= used;
        answer_ends_[answers_++] = static_cast<std::uint32_t>(out_.size() - before);
    }
    if (answers_ < event_.dns.answers.size()) truncated(cs4);
    if (answers_ == 0) out_.truncate(before);
}

// Returns how many characters the answer has before escaping: over `room` it does not fit. The first answer
// is cut to fit, the others are left out whole.
std::size_t CefLine::append_answer(const dns::ResourceRecord& record, std::size_t room) {
    const std::size_t from = out_.size();
    tapferry::append_name(out_, event_.dns.wire, record.owner);
    out_.append(' ', Decimal{record.ttl}, ' ', ClassName{record.rclass}, ' ', TypeName{record.type}, ' ');
    if (append_rdata(out_, event_.dns.wire, record, NameEnd::plain, max_rdata_text)) truncated(cs4);
    if (answers_ == 0 && cut_text(out_, from, room)) truncated(cs4);
    const std::size_t used = out_.size() - from;
    escape_cef_value(out_, from);
    return used;
}

void CefLine::append_custom_numbers() {
    if (has_dns_header(event_)) out_.append(" cn1Label=DnsId cn1=", Decimal{event_.dns.id});
    if (has_rcode(event_)) out_.append(" cn2Label=DnsAnswerCount cn2=", Decimal{event_.dns.answers.size()});
    if (event_.has_message) out_.append(" cn3Label=DnsMessageBytes cn3=", Decimal{event_.dns.wire.size()});
    if (const std::optional<std::uint64_t> nanoseconds = latency(event_)) {
        constexpr unsigned nanosecond_digits_of_ms = 6;
        out_.append(" cfp1Label=DnsLatencyMs cfp1=");
        append_fraction(out_, *nanoseconds, nanosecond_digits_of_ms,
                        event_.time_digits < 3 ? 0 : event_.time_digits - 3U);
    }
}

void CefLine::append_message() {
    if (event_.dns.malformed == nullptr) return;
    if (keep_.message) {
        text(" msg=", event_.dns.malformed);
    } else {
        truncated(msg);
    }
}

void CefLine::append_truncated() {
    constexpr std::string_view names[key_count] = {
        "destinationDnsDomain", "dhost", "dvchost", "cs3", "cs4", "msg", "others"};
    out_.append(" flexString1Label=Truncated flexString1=");
    bool first = true;
    for (std::size_t key = 0; key < key_count; ++key) {
        if (!(truncated_ >> key & 1U)) continue;
        if (!first) out_.push_back(',');
        out_.append(names[key]);
        first = false;
    }
}

void CefLine::text(std::string_view prefix, std::string_view value) {
    out_.append(prefix);
    const std::size_t from = out_.size();
    out_.append(value);
    escape_cef_value(out_, from);
}

}  // namespace tapferry
