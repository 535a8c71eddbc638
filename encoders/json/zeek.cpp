#include "encoders/json/zeek.h"

#include <algorithm>

#include "encoders/bounds.h"
#include "encoders/event_facts.h"
#include "encoders/event_roles.h"
#include "encoders/json/json_members.h"
#include "encoders/json/json_notices.h"
#include "proto/record_types.h"

namespace tapferry {
namespace {

constexpr std::size_t room_after_answers = 4 * 1024;

constexpr unsigned time_digits = 6;

// "C" and digits to the base of 62, as Zeek's identifiers of connections; made from the event's id.
struct Uid {
    static constexpr std::size_t from_incarnation = 6;
    static constexpr std::size_t from_sequence = 11;  // all of it
    static constexpr std::size_t room = 1 + from_incarnation + from_sequence;
    const EventId& id;
    char* write(char* out) const {
        *out++ = 'C';
        out = write_digits(out, id.incarnation, from_incarnation);
        return write_digits(out, id.sequence, from_sequence);
    }

  private:
    static char* write_digits(char* out, std::uint64_t number, std::size_t count) {
        constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        for (std::size_t i = count; i > 0; --i, number /= digits.size())
            out[i - 1] = digits[number % digits.size()];
        return out + count;
    }
};

std::string_view class_name(std::uint16_t qclass) {
    switch (qclass) {
        case dns::class_in:
            return "C_INTERNET";
        case dns::class_csnet:
            return "C_CSNET";
        case dns::class_chaos:
            return "C_CHAOS";
        case dns::class_hesiod:
            return "C_HESOD";
        case dns::class_none:
            return "C_NONE";
        case dns::class_any:
            return "C_ANY";
        default:
            return {};
    }
}

void append_ends(JsonLine& line) {
    const Event& event = line.event;
    if (event.query.address.present()) line.put(",\"id.orig_h\":\"", AddressText{event.query.address}, '"');
    if (event.query.port != 0) line.put(",\"id.orig_p\":", Decimal{event.query.port});
    if (event.response.address.present())
        line.put(",\"id.resp_h\":\"", AddressText{event.response.address}, '"');
    if (event.response.port != 0) line.put(",\"id.resp_p\":", Decimal{event.response.port});
    if (event.protocol != SocketProtocol::unknown) {
        line.put(",\"proto\":\"", transport_name(event), '"');
    }
}

void append_question(JsonLine& line) {
    const Event& event = line.event;
    if (!event.qname.empty()) line.qname(",\"query\":\"");
    if (!event.has_question) return;
    line.put(",\"qclass\":", Decimal{event.qclass}, ",\"qclass_name\":\"");
    if (const std::string_view name = class_name(event.qclass); !name.empty())
        line.put(name);
    else
        line.put("qclass-", Decimal{event.qclass});
    line.put("\",\"qtype\":", Decimal{event.qtype}, ",\"qtype_name\":\"");
    if (event.qtype == dns::type_any)
        line.put("*\"");
    else
        line.put(TypeName{event.qtype}, '"');
}

void append_header(JsonLine& line) {
    const Event& event = line.event;
    const dns::Message& dns = event.dns;
    if (has_rcode(event)) {
        line.put(",\"rcode\":", Decimal{dns.rcode}, ",\"rcode_name\":\"", RcodeName{dns.rcode}, '"');
    }
    const auto flag = [&](std::string_view member, bool set) {
        line.put(member, set ? std::string_view("true") : std::string_view("false"));
    };
    flag(",\"AA\":", dns.aa());
    flag(",\"TC\":", dns.tc());
    flag(",\"RD\":", dns.rd());
    flag(",\"RA\":", dns.ra());
    // Three bits: Z, AD and CD.
    line.put(",\"Z\":", Decimal{dns.flags >> 4 & 7U});
}

// "TXT length text" for each string.
void append_txt(JsonLine& line, dns::Wire rdata) {
    for (std::size_t at = 0; at < rdata.size();) {
        const std::size_t length = std::min<std::size_t>(rdata[at], rdata.size() - at - 1);
        if (at != 0) line.put(' ');
        line.put("TXT ", Decimal{length}, ' ');
        const std::string_view text(reinterpret_cast<const char*>(rdata.data()) + at + 1, length);
        line.escaped([&] { append_opaque(line.out, text); });
        at += 1 + length;
        if (at > max_rdata_text) {
            line.clipped = true;
            return;
        }
    }
}

// Zeek shows one name of these records; others are written whole.
void append_answer(JsonLine& line, const dns::ResourceRecord& record) {
    const dns::Wire wire = line.event.dns.wire;
    const auto name_at = [&](std::size_t offset) {
        if (record.rdata_length > offset)
            line.escaped([&] { append_name(line.out, wire, record.rdata + offset); });
    };
    switch (record.type) {
        case dns::type_soa:  // the primary server
            return name_at(0);
        case dns::type_mx:  // the exchange
            return name_at(2);
        case dns::type_txt:
            return append_txt(line, wire.subspan(record.rdata, record.rdata_length));
        case dns::type_srv:  // the target
            return name_at(6);
        default:
            return line.rdata(record);
    }
}

void append_answers(JsonLine& line) {
    const dns::Message& dns = line.event.dns;
    std::size_t left =
        line.list(",\"answers\":[", ",", ']', dns.answers, [&](const dns::ResourceRecord& record) {
            line.put('"');
            append_answer(line, record);
            line.put('"');
        });
    std::string_view before = ",\"TTLs\":[";
    for (const dns::ResourceRecord& record : dns.answers) {
        if (left-- == 0) break;
        line.put(before, Decimal{record.ttl}, ".0");
        before = ",";
    }
    if (before == ",") line.put(']');
}

void append_places(JsonLine& line) {
    static constexpr PlaceMembers orig{",\"orig_cc\":\"", ",\"orig_city\":\"",
                                       ",\"orig_asn\":", ",\"orig_as_org\":\""};
    static constexpr PlaceMembers resp{",\"resp_cc\":\"", ",\"resp_city\":\"",
                                       ",\"resp_asn\":", ",\"resp_as_org\":\""};
    append_place(line, line.event.query_place, orig);
    append_place(line, line.event.response_place, resp);
}

}  // namespace

void ZeekEncoder::encode(const Event& event, RecordBuffer& records) {
    if (event.notice != nullptr) {
        char uid[Uid::room + 1];
        char* end = Uid{event.id}.write(uid);
        if (event.id.letter != 0) *end++ = event.id.letter;
        return append_zeek_notice(event, {second_, records}, options_.path, std::string_view(uid, end));
    }
    TextBuffer& out = records.open(event);
    JsonLine line(out, event, second_, max_event_bytes - room_after_answers);
    append_head(line);
    append_ends(line);
    if (has_dns_header(event)) line.put(",\"trans_id\":", Decimal{event.dns.id});
    if (const std::optional<std::uint64_t> nanoseconds = latency(event)) {
        line.put(",\"rtt\":");
        append_latency_seconds(out, event, *nanoseconds);
    }
    append_question(line);
    if (has_dns_header(event)) append_header(line);
    append_answers(line);
    if (has_dns_header(event)) {
        // Zeek's meaning: a response that says nothing.
        const auto& claimed = event.dns.claimed;
        const bool rejected = has_rcode(event) && claimed[1] == 0 && claimed[2] == 0 && claimed[3] == 0;
        line.put(rejected ? std::string_view(",\"rejected\":true") : std::string_view(",\"rejected\":false"),
                 ",\"opcode\":", Decimal{event.dns.opcode}, ",\"opcode_name\":\"",
                 OpcodeName{event.dns.opcode}, '"');
    }
    append_places(line);
    if (line.clipped) line.put(",\"clipped\":true");
    append_flat_labels(line, ",\"labels.");
    line.put('}');
    close_record(line, records);
}

void ZeekEncoder::append_head(JsonLine& line) {
    const Event& event = line.event;
    line.put('{');
    if (options_.path) {
        line.put("\"_path\":\"dns\"");
        append_remembered(line, ",\"_system_name\":\"", event.identity, identity_);
        line.put(',');
    }
    const Timestamp& begin = event.query_time ? *event.query_time : event.time;
    line.put("\"ts\":");
    append_unix_time(line.out, begin, time_digits);
    line.put(",\"uid\":\"", Uid{event.id}, '"');
}

}  // namespace tapferry
