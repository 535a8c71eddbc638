#include "agent/stages/expression_codes.h"

#include <algorithm>
#include <charconv>

#include "encoders/event_facts.h"
#include "proto/characters.h"
#include "proto/dns_text.h"
#include "proto/extended_errors.h"
#include "proto/malformed.h"

namespace tapferry {

namespace {

using In = const Event&;
using Found = std::optional<std::int64_t>;

bool same_word(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return to_upper(x) == to_upper(y); });
}

// "TYPE65": the prefix and a number up to `most`.
Found numbered(std::string_view name, std::string_view prefix, std::uint32_t most) {
    if (!same_word(name.substr(0, prefix.size()), prefix)) return std::nullopt;
    const std::string_view digits = name.substr(prefix.size());
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size() || number > most) return std::nullopt;
    return number;
}

// Of the numbers of [from, to), the one that `append` writes as `name`.
template <typename Append>
Found named(std::string_view name, unsigned from, unsigned to, Append append) {
    TextBuffer text;
    for (unsigned number = from; number < to; ++number) {
        text.clear();
        append(text, number);
        if (!text.empty() && same_word(text.view(), name)) return number;
    }
    return std::nullopt;
}

Found find_class(std::string_view name) {
    if (const auto number = numbered(name, "CLASS", 0xFFFF)) return number;
    return named(name, 0, 256,
                 [](TextBuffer& out, unsigned n) { append_class(out, static_cast<std::uint16_t>(n)); });
}

Found find_opcode(std::string_view name) {
    return named(name, 0, 16,
                 [](TextBuffer& out, unsigned n) { append_opcode(out, static_cast<std::uint8_t>(n)); });
}

Found find_message_type(std::string_view name) {
    if (same_word(name, "UNKNOWN")) return 0;
    if (const auto number = numbered(name, "TYPE", 0x7FFFFFFF)) return number;
    const auto full = named(name, 1, message_type_count, [](TextBuffer& out, unsigned n) {
        out.append(message_type_name(static_cast<MessageType>(n)));
    });
    return full ? full : named(name, 1, message_type_count, [](TextBuffer& out, unsigned n) {
        out.append(message_type_short(static_cast<MessageType>(n)));
    });
}

Found find_protocol(std::string_view name) {
    return named(name, 1, 8, [](TextBuffer& out, unsigned n) {
        out.append(socket_protocol_name(static_cast<SocketProtocol>(n)));
    });
}

Found find_http_protocol(std::string_view name) {
    return named(name, 1, 4, [](TextBuffer& out, unsigned n) {
        out.append(http_protocol_name(static_cast<HttpProtocol>(n)));
    });
}

Found find_kind(std::string_view name) {
    return named(name, 0, 4,
                 [](TextBuffer& out, unsigned n) { out.append(event_kind_name(static_cast<EventKind>(n))); });
}

Found find_family(std::string_view name) {
    return same_word(name, "INET") ? Found(4) : same_word(name, "INET6") ? Found(6) : Found();
}

Found find_arrow(std::string_view name) {
    return name == "->" ? Found(0) : name == "<-" ? Found(1) : Found();
}

Found find_time_source(std::string_view name) {
    return same_word(name, "agent") ? Found(1) : Found();
}

Found find_policy_action(std::string_view name) {
    return named(name, 1, policy_action_count, [](TextBuffer& out, unsigned n) {
        out.append(policy_action_name(static_cast<PolicyAction>(n)));
    });
}

Found find_policy_match(std::string_view name) {
    return named(name, 1, policy_match_count, [](TextBuffer& out, unsigned n) {
        out.append(policy_match_name(static_cast<PolicyMatch>(n)));
    });
}

Found find_truth(std::string_view word) {
    return same_word(word, "true") ? Found(1) : same_word(word, "false") ? Found(0) : Found();
}

// "TC" as the formats for people write it, or as JSON writes what is so or not.
template <char first, char second>
Found find_flag(std::string_view word) {
    const char name[] = {first, second};
    return same_word(word, {name, 2}) ? Found(1) : find_truth(word);
}

template <unsigned bit>
std::int64_t flag_of(In event) {
    return has_dns_header(event) ? std::int64_t{(event.dns.flags & bit) != 0} : -1;
}

constexpr std::string_view flag_values = "the flag's name, \"true\" or \"false\"";

std::int64_t type_of(In event) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(event.type_number, 0x7FFFFFFF));
}

// 0 is none: what the numbers of an enumeration count from.
std::int64_t code_if_not_zero(auto value) {
    return value == decltype(value){} ? -1 : static_cast<std::int64_t>(value);
}

struct NamedCodes {
    std::string_view field;
    FieldCodes codes;
};
constexpr NamedCodes coded[] = {
    {"type", {type_of, find_message_type, "a dnstap message type such as \"CLIENT_RESPONSE\" or \"CR\""}},
    {"short_type",
     {[](In e) { return message_type_short(e.type).empty() ? -1 : type_of(e); }, find_message_type,
      "a dnstap message type such as \"CR\""}},
    {"arrow", {[](In e) { return std::int64_t{e.is_response}; }, find_arrow, "one of \"->\" and \"<-\""}},
    {"family",
     {[](In e) { return code_if_not_zero(ip_version(e)); }, find_family, "one of \"INET\" and \"INET6\""}},
    {"protocol",
     {[](In e) { return code_if_not_zero(e.protocol); }, find_protocol,
      "one of UDP, TCP, DOT, DOH, DNSCryptUDP, DNSCryptTCP and DOQ"}},
    {"http_protocol",
     {[](In e) { return code_if_not_zero(e.http_protocol); }, find_http_protocol,
      "one of HTTP1, HTTP2 and HTTP3"}},
    {"opcode",
     {[](In e) { return has_dns_header(e) ? std::int64_t{e.dns.opcode} : -1; }, find_opcode,
      "an opcode such as \"QUERY\" or \"NOTIFY\""}},
    {"qtype",
     {[](In e) { return e.has_question ? std::int64_t{e.qtype} : -1; }, find_record_type,
      "a record type such as \"AAAA\" or \"TYPE65280\""}},
    {"qclass",
     {[](In e) { return e.has_question ? std::int64_t{e.qclass} : -1; }, find_class,
      "a class such as \"IN\" or \"CLASS42\""}},
    {"rcode",
     {[](In e) { return has_rcode(e) ? std::int64_t{e.dns.rcode} : -1; }, find_response_code,
      "a response code such as \"NXDOMAIN\""}},
    {"kind",
     {[](In e) { return code_if_not_zero(e.kind); }, find_kind,
      "one of new_domain, malformed and unanswered"}},
    {"qr", {flag_of<dns::flag_qr>, find_flag<'Q', 'R'>, flag_values}},
    {"aa", {flag_of<dns::flag_aa>, find_flag<'A', 'A'>, flag_values}},
    {"tc", {flag_of<dns::flag_tc>, find_flag<'T', 'C'>, flag_values}},
    {"rd", {flag_of<dns::flag_rd>, find_flag<'R', 'D'>, flag_values}},
    {"ra", {flag_of<dns::flag_ra>, find_flag<'R', 'A'>, flag_values}},
    {"ad", {flag_of<dns::flag_ad>, find_flag<'A', 'D'>, flag_values}},
    {"cd", {flag_of<dns::flag_cd>, find_flag<'C', 'D'>, flag_values}},
    {"do",
     {[](In e) { return e.dns.has_edns ? std::int64_t{e.dns.edns.dnssec_ok} : -1; }, find_flag<'D', 'O'>,
      flag_values}},
    {"answer_type",
     {[](In e) { return e.dns.answers.empty() ? -1 : std::int64_t{e.dns.answers.front().type}; },
      find_record_type, "a record type such as \"AAAA\" or \"TYPE65280\""}},
    {"policy_action",
     {[](In e) { return code_if_not_zero(e.policy.action); }, find_policy_action,
      "one of NXDOMAIN, NODATA, PASS, DROP, TRUNCATE and LOCAL_DATA"}},
    {"policy_match",
     {[](In e) { return code_if_not_zero(e.policy.match); }, find_policy_match,
      "one of QNAME, CLIENT_IP, RESPONSE_IP, NS_NAME and NS_IP"}},
    {"time_source",
     {[](In e) { return std::int64_t{e.time_source == TimeSource::agent ? 1 : -1}; }, find_time_source,
      "\"agent\""}},
    {"clipped", {nullptr, find_truth, "one of \"true\" and \"false\""}},  // see ClippedTest
};

std::optional<std::string> find_listed_flag(std::string_view word) {
    for (const std::string_view flag : {"QR", "AA", "TC", "RD", "RA", "AD", "CD"})
        if (same_word(word, flag)) return std::string(flag);
    return std::nullopt;
}

std::optional<std::string> find_listed_type(std::string_view word) {
    const auto type = find_record_type(word);
    if (!type) return std::nullopt;
    TextBuffer text;
    append_type(text, static_cast<std::uint16_t>(*type));
    return std::string(text.view());
}

std::optional<std::string> find_malformed_reason(std::string_view words) {
    for (const std::string_view reason : dns::malformed_reasons)
        if (same_word(words, reason)) return std::string(reason);
    return std::nullopt;
}

// "one of "truncated header", … and "reserved label type""
std::string malformed_reasons_in_words() {
    std::string words = "one of ";
    for (const std::string reason : dns::malformed_reasons) {
        if (reason == dns::malformed_reasons.back())
            words += " and ";
        else if (reason != dns::malformed_reasons.front())
            words += ", ";
        words += '"' + reason + '"';
    }
    return words;
}

struct NamedWords {
    std::string_view field;
    ListWords words;
};
constexpr NamedWords listed[] = {
    {"flags", {find_listed_flag, [] { return std::string("one of QR, AA, TC, RD, RA, AD and CD"); }}},
    {"answer_types",
     {find_listed_type, [] { return std::string("a record type such as \"AAAA\" or \"TYPE65280\""); }}},
    {"malformed", {find_malformed_reason, malformed_reasons_in_words}},
};

}  // namespace

std::optional<std::int64_t> find_response_code(std::string_view name) {
    if (const auto number = numbered(name, "RCODE", 4095)) return number;
    return named(name, 0, 4096,
                 [](TextBuffer& out, unsigned n) { append_rcode(out, static_cast<std::uint16_t>(n)); });
}

// What IANA has given away lies in two ranges; the rest goes by its number.
std::optional<std::int64_t> find_record_type(std::string_view name) {
    if (const auto number = numbered(name, "TYPE", 0xFFFF)) return number;
    const auto append = [](TextBuffer& out, unsigned n) { append_type(out, static_cast<std::uint16_t>(n)); };
    const auto found = named(name, 0, 1024, append);
    return found ? found : named(name, 0x8000, 0x8100, append);
}

std::optional<std::int64_t> find_extended_error(std::string_view name) {
    if (const auto number = numbered(name, "", 0xFFFF)) return number;
    return named(name, 0, 256, [](TextBuffer& out, unsigned n) {
        out.append(extended_error_name(static_cast<std::uint16_t>(n)));
    });
}

const FieldCodes* find_field_codes(std::string_view field) {
    const auto* found = std::find_if(std::begin(coded), std::end(coded),
                                     [&](const auto& entry) { return entry.field == field; });
    return found == std::end(coded) ? nullptr : &found->codes;
}

const ListWords* find_list_words(std::string_view field) {
    for (const NamedWords& entry : listed)
        if (entry.field == field) return &entry.words;
    return nullptr;
}

}  // namespace tapferry
