// What several formats derive from an event, so that they say the same of it. Used by the encoders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

// Whether id, opcode and flags were in the message (RFC 1035, section 4.1.1).
inline bool has_dns_header(const Event& event) {
    constexpr std::size_t dns_header_size = 12;
    return event.has_message && event.dns.wire.size() >= dns_header_size;
}
// Whether the response code says something: queries carry a 0 that means nothing.
inline bool has_rcode(const Event& event) {
    return has_dns_header(event) && (event.is_response || event.dns.qr());
}

// Whether a record's owner is the name asked: most are a pointer to the question's name, right behind the
// header.
inline bool owner_is_qname(const Event& event, const dns::ResourceRecord& record) {
    constexpr std::uint16_t question_name = 12;
    const dns::Message& dns = event.dns;
    return event.has_question && !dns.questions.empty() && dns.questions.front().name == question_name &&
           dns.wire[record.owner] == 0xC0 && dns.wire[record.owner + 1U] == question_name;
}

// "new_domain", "malformed", "unanswered", "notice"; empty for an ordinary message.
std::string_view event_kind_name(EventKind);

// "UDP" or "TCP": what carries DNS over HTTPS, QUIC and TLS too; empty when it is not known.
std::string_view ip_transport(const Event&);

// Of the address of the one who asked, else of the other: 4 or 6; 0: no address is known.
std::uint8_t ip_version(const Event&);
// The same as dnstap.proto has it: "INET" or "INET6"; empty: no address is known.
std::string_view family_name(const Event&);

// The last labels of a canonical name that together have at most `max` characters.
std::string_view last_labels(std::string_view name, std::size_t max);

// From query to response in nanoseconds; none unless both times are known, differ and lie within a day of
// each other.
inline std::optional<std::uint64_t> latency(const Event& event) {
    constexpr std::int64_t seconds_a_day = 86'400;
    constexpr std::int64_t nanoseconds_a_second = 1'000'000'000;
    if (!event.query_time || !event.response_time || *event.response_time <= *event.query_time) return {};
    const Timestamp& from = *event.query_time;
    const Timestamp& to = *event.response_time;
    if (from.seconds < 0 || to.seconds - from.seconds > seconds_a_day) return {};
    return static_cast<std::uint64_t>((to.seconds - from.seconds) * nanoseconds_a_second +
                                      static_cast<std::int64_t>(to.nanoseconds) -
                                      static_cast<std::int64_t>(from.nanoseconds));
}
// The same, for counting: 0 too, where a response has both times and they are equal. It took less than a step
// of the server's clock, and whoever counts the others alone counts the slow ones.
std::optional<std::uint64_t> measured_latency(const Event&);
// That latency, with as many digits as the event's times have: in seconds, or in milliseconds.
void append_latency_seconds(TextBuffer&, const Event&, std::uint64_t nanoseconds);
void append_latency_ms(TextBuffer&, const Event&, std::uint64_t nanoseconds);

// AA TC RD RA AD CD of the header, in this order: as a whole JSON member with a comma before it, empty when
// none is set, as texts in quotes with commas between, and as words with one space between.
std::string_view json_flags(const dns::Message&);
std::string_view quoted_flags(const dns::Message&);
std::string_view flag_words(const dns::Message&);

// "192.0.2.0/24" of RFC 7871, with the source prefix length.
void append_client_subnet(TextBuffer&, const dns::Edns&);
// The same with "/24" behind it, the scope prefix length.
void append_client_subnet_and_scope(TextBuffer&, const dns::Edns&);
// A wire-format name as such (RPZ), other bytes as opaque text.
void append_policy_rule(TextBuffer&, std::string_view rule);
// `value` divided by ten to the power `unit_digits`, with `digits` digits of the fraction: 0 to
// `unit_digits`, which is at most 9.
void append_fraction(TextBuffer&, std::uint64_t value, unsigned unit_digits, unsigned digits);
// A share between 0 and 1 as a number without an exponent, with as few digits as tell it from its neighbours.
void append_rate(TextBuffer&, double rate);

}  // namespace tapferry
