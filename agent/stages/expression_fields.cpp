#include "agent/stages/expression_fields.h"

#include <algorithm>
#include <charconv>

#include "encoders/event_facts.h"
#include "proto/dns_text.h"

namespace tapferry {

namespace {

using In = const Event&;
using Found = std::optional<std::int64_t>;

char to_upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

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
    return named(name, 0, event_kind_count,
                 [](TextBuffer& out, unsigned n) { out.append(event_kind_name(static_cast<EventKind>(n))); });
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
    {"type",
     {[](In e) { return static_cast<std::int64_t>(std::min<std::uint64_t>(e.type_number, 0x7FFFFFFF)); },
      find_message_type, "a dnstap message type such as \"CLIENT_RESPONSE\" or \"CR\""}},
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
};

struct NamedView {
    std::string_view field;
    TextOf view;
};
constexpr NamedView viewed[] = {
    {"qname", [](In e) { return e.qname; }},
    {"registered_domain", [](In e) { return e.registered_domain; }},
    {"short_type", [](In e) { return message_type_short(e.type); }},
    {"arrow", [](In e) { return std::string_view(e.is_response ? "<-" : "->"); }},
    {"malformed",
     [](In e) {
         return e.dns.malformed == nullptr ? std::string_view{} : std::string_view(e.dns.malformed);
     }},
    {"time_source", [](In e) { return std::string_view(e.time_source == TimeSource::agent ? "agent" : ""); }},
};

struct NamedTime {
    std::string_view field;
    TimeOf time;
};
constexpr NamedTime timed[] = {
    {"time", [](In e) { return std::optional(e.time); }},
    {"query_time", [](In e) { return e.query_time; }},
    {"response_time", [](In e) { return e.response_time; }},
};

template <typename Table>
auto* find_in(Table& table, std::string_view name) {
    const auto found = std::find_if(std::begin(table), std::end(table),
                                    [&](const auto& entry) { return entry.field == name; });
    return found == std::end(table) ? nullptr : &*found;
}

FieldSort sort_of(const EventField& field) {
    switch (field.type) {
        case FieldType::number:
            return FieldSort::number;
        case FieldType::time:
            return find_in(timed, field.name) != nullptr ? FieldSort::time : FieldSort::text;
        case FieldType::address:
            return FieldSort::address;
        case FieldType::list:
            return FieldSort::list;
        case FieldType::text:
            break;
    }
    if (find_in(coded, field.name) != nullptr) return FieldSort::code;
    if (field.name == "qname" || field.name == "registered_domain" || field.name == "zone")
        return FieldSort::name;
    return field.name == "client_subnet" ? FieldSort::subnet : FieldSort::text;
}

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

std::optional<ComparedField> find_compared_field(std::string_view name) {
    const EventField* field = find_event_field(name);
    if (field == nullptr) return std::nullopt;
    ComparedField compared{field, sort_of(*field)};
    if (const auto* entry = find_in(coded, name)) compared.codes = &entry->codes;
    if (const auto* entry = find_in(viewed, name)) compared.view = entry->view;
    if (const auto* entry = find_in(timed, name)) compared.time = entry->time;
    return compared;
}

std::string_view sort_name(FieldSort sort) {
    switch (sort) {
        case FieldSort::number:
            return "a number";
        case FieldSort::time:
            return "a time";
        case FieldSort::address:
            return "an address";
        case FieldSort::list:
            return "a list of texts";
        default:
            return "a text";
    }
}

}  // namespace tapferry
