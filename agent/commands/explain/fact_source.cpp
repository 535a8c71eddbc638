#include "agent/commands/explain/fact_source.h"

#include <algorithm>

#include "agent/commands/count_words.h"
#include "encoders/bounds.h"
#include "encoders/event_fields.h"
#include "encoders/event_roles.h"
#include "proto/dns_text.h"

namespace tapferry {

namespace {

constexpr std::size_t longest_name = 1003;  // 253 octets, each as an escape, but for the dots

// A fact that is one field of dnstap.proto, or that nothing of the event can change.
struct PlainFact {
    std::string_view fact;
    std::string_view from;
    std::size_t limit = 0;
};
constexpr PlainFact plain_facts[] = {
    {"id", "the agent: place of the frame in its log"},
    {"type", "14.1 message.type"},
    {"identity", "1 identity", max_opaque_text},
    {"version", "2 version", max_opaque_text},
    {"extra", "3 extra", max_opaque_text},
    {"src", "14.4 message.query_address"},
    {"src_port", "14.6 message.query_port"},
    {"dst", "14.5 message.response_address"},
    {"dst_port", "14.7 message.response_port"},
    {"family", "14.4 message.query_address, else 14.5: its length"},
    {"protocol", "14.3 message.socket_protocol"},
    {"http_protocol", "14.16 message.http_protocol"},
    {"dns header", "DNS header, octets 0 to 11"},
    {"dns_id", "DNS header, octets 0 to 1"},
    {"opcode", "DNS header, octet 2"},
    {"flags", "DNS header, octets 2 to 3"},
    {"flags and edns", "DNS header, octets 2 to 3, the OPT record, and 14.3 message.socket_protocol"},
    {"qdcount", "DNS header, octets 4 to 5"},
    {"ancount", "DNS header, octets 6 to 7"},
    {"nscount", "DNS header, octets 8 to 9"},
    {"arcount", "DNS header, octets 10 to 11"},
    {"answer_count", "derived: the records of the DNS answer section"},
    {"edns.version", "DNS additional section, OPT record"},
    {"edns.udp_size", "DNS additional section, OPT record"},
    {"edns.do", "DNS additional section, OPT record"},
    {"edns.client_subnet", "DNS additional section, OPT record, option 8"},
    {"edns.nsid", "DNS additional section, OPT record, option 3", max_opaque_text},
    {"edns.cookie", "DNS additional section, OPT record, option 10"},
    {"edns.padding", "DNS additional section, OPT record, option 12"},
    {"edns.co", "DNS additional section, OPT record"},
    {"edns.options[].code", "DNS additional section, OPT record"},
    {"edns.options[].data", "DNS additional section, OPT record, the option's octets"},
    {"edns.ede[].code", "DNS additional section, OPT record, option 15"},
    {"edns.ede[].text", "DNS additional section, OPT record, option 15", max_opaque_text},
    {"query_time", "14.8 message.query_time_sec, 14.9 query_time_nsec"},
    {"response_time", "14.12 message.response_time_sec, 14.13 response_time_nsec"},
    {"latency", "derived: from 14.8 message.query_time_sec to 14.12 response_time_sec"},
    {"registered_domain", "derived: qname by the public suffix list"},
    {"public_suffix", "derived: qname by the public suffix list"},
    {"zone", "14.11 message.query_zone", longest_name},
    {"policy.type", "14.15.1 message.policy.type", max_opaque_text},
    {"policy.rule", "14.15.2 message.policy.rule", longest_name},
    {"policy.action", "14.15.3 message.policy.action"},
    {"policy.match", "14.15.4 message.policy.match"},
    {"policy.value", "14.15.5 message.policy.value", max_opaque_text},
    {"kind", "derived: what sort of event it is"},
    {"malformed", "derived: why the DNS message does not parse"},
    {"clipped", "derived: something was left out"},
    {"time_source", "derived: the frame has no time that can be meant"},
    {"input", "the configuration: the input's name", max_opaque_text},
    {"labels", "the configuration: labels", max_opaque_text},
    {"geo", "derived: the address by a MaxMind database", max_opaque_text},
    {"sample_rate", "the configuration: filter.sample"},
    {"event types", "derived: what sort of event it is, and 14.15.3 message.policy.action"},
    {"related addresses", "derived: both addresses and those of the answers"},
    {"related names", "derived: the names asked for and answered"},
    {"constant", "constant"},
};

std::string octets(std::size_t from, std::size_t count) {
    const std::string begin = std::to_string(from);
    return count == 1 ? "octet " + begin : "octets " + begin + " to " + std::to_string(from + count - 1);
}

// Of a name where it stands, without what a pointer leads to. The name is sound.
std::size_t octets_of_name(dns::Wire wire, std::size_t at) {
    const std::size_t from = at;
    while (wire[at] != 0 && wire[at] < 0xC0) at += wire[at] + 1U;
    return at - from + (wire[at] == 0 ? 1 : 2);
}

FactSource question_fact(const Event& event, std::string_view fact) {
    const std::size_t limit = fact == "qname" ? longest_name : 0;
    if (!event.has_question) return {"14.11 message.query_zone: the frame has no question", limit, {}};
    const std::size_t name = event.dns.questions.front().name;
    const std::size_t length = octets_of_name(event.dns.wire, name);
    if (fact == "qname") return {"DNS question 1, " + octets(name, length), limit, {}};
    if (fact == "question") return {"DNS question 1, " + octets(name, length + 4), 0, {}};
    return {"DNS question 1, " + octets(name + length + (fact == "qtype" ? 0 : 2), 2), 0, {}};
}

FactSource time_fact(const Event& event) {
    if (event.time_source == TimeSource::agent)
        return {"the agent: time of receipt, the frame has none", 0, {}};
    const bool response = event.response_time && event.time == *event.response_time;
    return *source_of(event, response ? "response_time" : "query_time", 0);
}

// Of what tells of a query and its response, the query's.
FactSource start_fact(const Event& event) {
    return is_exchange(event) ? *source_of(event, "query_time", 0) : time_fact(event);
}

// The commands that show captures take an event as received at its own time.
FactSource receipt_fact(const Event& event) {
    FactSource source{"the agent: time of receipt", 0, {}};
    if (event.received == event.time && event.time_source != TimeSource::agent)
        source.from += "; in a capture that of the event, " + time_fact(event).from;
    return source;
}

std::string message_field(const Event& event) {
    return event.is_response ? "14.14 message.response_message" : "14.10 message.query_message";
}

// Octets before the RDATA of a record (RFC 1035, section 4.1.3).
constexpr std::size_t type_before = 10;
constexpr std::size_t class_before = 8;
constexpr std::size_t ttl_before = 6;

// Of a name that ends there: where the rest of it is.
std::string pointer_words(dns::Wire wire, std::size_t end) {
    if (wire[end - 1] == 0 && (end < 2 || wire[end - 2] < 0xC0)) return {};
    const std::size_t to = (wire[end - 2] & 0x3FU) << 8 | wire[end - 1];
    return ", a pointer to octet " + std::to_string(to);
}

FactSource record_fact(const Event& event, std::string_view section, const dns::ResourceRecord& record,
                       std::size_t index, std::string_view part) {
    const std::string place = "DNS " + std::string(section) + " " + std::to_string(index + 1) + ", ";
    const std::size_t rdata = record.rdata;
    if (part == ".name") {
        const std::size_t length = octets_of_name(event.dns.wire, record.owner);
        return {place + octets(record.owner, length) + pointer_words(event.dns.wire, record.owner + length),
                longest_name,
                {}};
    }
    if (part == ".type") return {place + octets(rdata - type_before, 2), 0, {}};
    if (part == ".class") return {place + octets(rdata - class_before, 2), 0, {}};
    if (part == ".ttl") return {place + octets(rdata - ttl_before, 4), 0, {}};
    FactSource source{place + octets(part.empty() ? record.owner : rdata,
                                     part.empty() ? rdata + record.rdata_length - record.owner
                                                  : std::max<std::size_t>(record.rdata_length, 1)),
                      max_rdata_text,
                      {}};
    TextBuffer text;
    if (append_rdata(text, event.dns.wire, record, NameEnd::plain, max_rdata_text))
        source.cut = "cut to " + counted(max_rdata_text, "character") + ": the most of one rdata";
    return source;
}

struct RecordSection {
    std::string_view fact;  // "answers[]"
    std::string_view name;
    const std::vector<dns::ResourceRecord>& (*of)(const dns::Message&);
};
constexpr RecordSection record_sections[] = {
    {"answers[]", "answer",
     [](const dns::Message& m) -> const std::vector<dns::ResourceRecord>& { return m.answers; }},
    {"authority[]", "authority",
     [](const dns::Message& m) -> const std::vector<dns::ResourceRecord>& { return m.authority; }},
    {"additional[]", "additional",
     [](const dns::Message& m) -> const std::vector<dns::ResourceRecord>& { return m.additional; }},
};

std::optional<FactSource> record_of_section(const Event& event, std::string_view fact, std::size_t index) {
    for (const auto& section : record_sections) {
        if (!fact.starts_with(section.fact)) continue;
        const auto& records = section.of(event.dns);
        if (index < records.size())
            return record_fact(event, section.name, records[index], index, fact.substr(section.fact.size()));
        return FactSource{"DNS " + std::string(section.name) + " section", 0, {}};
    }
    return {};
}

// The bytes of a fact that is nobody's text.
std::optional<std::string_view> opaque_bytes(const Event& event, std::string_view fact) {
    if (fact == "identity") return event.identity;
    if (fact == "version") return event.version;
    if (fact == "extra") return event.extra;
    if (fact == "edns.nsid") return event.dns.edns.nsid;
    if (fact == "policy.type") return event.policy.type;
    if (fact == "policy.value") return event.policy.value;
    return {};
}

void tell_cut(const Event& event, FactSource& source, std::string_view fact) {
    const auto bytes = opaque_bytes(event, fact);
    if (!bytes) return;
    TextBuffer whole;
    append_opaque(whole, *bytes, bytes->size() * 4);
    if (whole.size() > max_opaque_text)
        source.cut = "cut from " + std::to_string(whole.size()) +
                     " characters: " + std::to_string(max_opaque_text) + " are shown of what a server says";
}

}  // namespace

std::optional<FactSource> source_of(const Event& event, std::string_view fact, std::size_t index) {
    if (fact == "time") return time_fact(event);
    if (fact == "start") return start_fact(event);
    if (fact == "server") return source_of(event, &server_end(event) == &event.query ? "src" : "dst", 0);
    if (fact == "received") return receipt_fact(event);
    if (fact == "answers") return source_of(event, "answers[]", 0);
    if (fact == "qname" || fact == "qtype" || fact == "qclass" || fact == "question")
        return question_fact(event, fact);
    if (fact == "bytes") return FactSource{"length of " + message_field(event), 0, {}};
    if (fact == "wire") return FactSource{message_field(event), 0, {}};
    if (fact == "rcode")
        return FactSource{
            event.dns.rcode > 15 ? "DNS header, octet 3, and the OPT record's TTL" : "DNS header, octet 3",
            0,
            {}};
    if (auto record = record_of_section(event, fact, index)) return record;
    for (const PlainFact& plain : plain_facts) {
        if (plain.fact != fact) continue;
        FactSource source{std::string(plain.from), plain.limit, {}};
        tell_cut(event, source, fact);
        return source;
    }
    return {};
}

std::vector<std::string_view> facts_of(const Event& event) {
    std::vector<std::string_view> facts;
    constexpr std::string_view by_field[] = {"time",
                                             "id",
                                             "type",
                                             "identity",
                                             "version",
                                             "src",
                                             "src_port",
                                             "dst",
                                             "dst_port",
                                             "protocol",
                                             "http_protocol",
                                             "dns_id",
                                             "opcode",
                                             "flags",
                                             "qname",
                                             "qtype",
                                             "qclass",
                                             "rcode",
                                             "bytes",
                                             "query_time",
                                             "response_time",
                                             "latency",
                                             "registered_domain",
                                             "zone",
                                             "extra",
                                             "kind",
                                             "malformed"};
    TextBuffer text;
    for (const auto name : by_field) {
        text.clear();
        find_event_field(name)->append(text, event);
        if (!text.empty()) facts.push_back(name);
    }
    if (!event.dns.answers.empty()) facts.emplace_back("answers[]");
    if (!event.dns.authority.empty()) facts.emplace_back("authority[]");
    if (!event.dns.additional.empty()) facts.emplace_back("additional[]");
    if (event.dns.has_edns) facts.emplace_back("edns");
    if (event.policy.present) facts.emplace_back("policy");
    if (!event.labels.empty()) facts.emplace_back("labels");
    return facts;
}

}  // namespace tapferry
