#include "encoders/text/yaml.h"

#include "encoders/event_facts.h"
#include "encoders/notice_facts.h"
#include "encoders/text/yaml_document.h"

namespace tapferry {
namespace {

constexpr std::string_view unknown = "'-'";

// The address that tells the family, as dnstap.proto names it.
std::string_view family_of(const Event& event) {
    const IpAddress& known = event.query.address.present() ? event.query.address : event.response.address;
    if (!known.present()) return unknown;
    return known.is_v6() ? std::string_view("INET6") : std::string_view("INET");
}

void address_or_dash(YamlDocument& yaml, std::string_view prefix, const IpAddress& address) {
    if (address.present()) {
        yaml.address(prefix, address);
    } else {
        yaml.plain(prefix, unknown);
    }
}

void port_or_dash(YamlDocument& yaml, std::string_view prefix, std::uint16_t port) {
    if (port != 0) {
        yaml.plain(prefix, Decimal{port});
    } else {
        yaml.plain(prefix, unknown);
    }
}

void append_latency(YamlDocument& yaml, const Event& event) {
    const auto nanoseconds = latency(event);
    if (!nanoseconds) {
        yaml.plain("latency: ", unknown);
        return;
    }
    yaml.out.append("latency: ");
    append_fraction(yaml.out, *nanoseconds, 9, 6);
    yaml.out.push_back('\n');
}

void append_question(YamlDocument& yaml, const Event& event) {
    if (event.qname.empty()) {
        yaml.plain("qname: ", unknown);
    } else {
        yaml.plain("qname: ", '\'', event.qname,
                   event.qname == "." ? std::string_view("'") : std::string_view(".'"));
    }
}

// In either layout, with the members of the json format's object.
void append_notice_document(TextBuffer& out, const Event& event) {
    const Notice& notice = *event.notice;
    YamlDocument yaml(out);
    const auto time = [&](std::string_view prefix, const Timestamp& at) {
        if (at.seconds != 0) yaml.quoted(prefix, [&] { append_rfc3339(out, at, 3); });
    };
    yaml.plain("type: NOTICE");
    yaml.plain("id: '", EventIdText{event.id}, '\'');
    time("time: ", event.time);
    yaml.plain("kind: ", event_kind_name(event.kind));
    yaml.opaque("input: ", event.input);
    yaml.plain("notice:");
    yaml.plain("  what: ", notice_name(notice.kind));
    if (notice.reason != NoticeReason::none) yaml.plain("  reason: ", notice_reason_name(notice.reason));
    yaml.plain("  count: ", Decimal{notice.count});
    if (notice.first != 0) yaml.plain("  first: ", Decimal{notice.first});
    if (notice.first != 0) yaml.plain("  last: ", Decimal{notice.last});
    time("  from: ", notice.from);
    time("  until: ", notice.until);
    yaml.opaque("  destination: ", notice.destination);
    yaml.opaque("  words: ", notice.words);
    if (notice.kind == NoticeKind::ledger)
        for (const LedgerMember& one : ledger_members())
            out.append("  ", one.name, ": ", Decimal{notice.ledger.*one.count}, '\n');
    yaml.quoted("  message: ", [&] { append_notice_message(out, event); });
}

}  // namespace

void append_dnstap_receiver_document(TextBuffer& out, const Event& event) {
    YamlDocument yaml(out);
    out.append("datetime: '");
    append_rfc3339(out, event.time, 6);
    out.truncate(out.size() - 1);  // its Z
    out.append("+00:00'\n");
    yaml.plain("family: ", family_of(event));
    if (has_dns_header(event)) {
        yaml.plain("id: ", Decimal{event.dns.id});
    } else {
        yaml.plain("id: ", unknown);
    }
    if (event.identity.empty()) {
        yaml.plain("identity: ", unknown);
    } else {
        yaml.opaque("identity: ", event.identity);
    }
    append_latency(yaml, event);
    yaml.plain("length: ", Decimal{event.dns.wire.size()});
    yaml.plain("message: ", MessageTypeName{event});
    yaml.plain("protocol: ",
               event.protocol == SocketProtocol::unknown ? unknown : socket_protocol_name(event.protocol));
    append_question(yaml, event);
    address_or_dash(yaml, "query-ip: ", event.query.address);
    port_or_dash(yaml, "query-port: ", event.query.port);
    if (has_dns_header(event)) {
        yaml.plain("rcode: ", RcodeName{event.dns.rcode});
    } else {
        yaml.plain("rcode: ", unknown);
    }
    address_or_dash(yaml, "response-ip: ", event.response.address);
    port_or_dash(yaml, "response-port: ", event.response.port);
    if (event.has_question) {
        yaml.plain("rrtype: '", TypeName{event.qtype}, '\'');  // one of them is NULL
    } else {
        yaml.plain("rrtype: ", unknown);
    }
    out.append("timestamp: ");
    append_unix_time(out, event.time, 6);
    yaml.plain(event.is_response ? "\ntype: response" : "\ntype: query");
}

void YamlEncoder::encode(const Event& event, RecordBuffer& records) {
    TextBuffer& out = records.open(event);
    if (event.notice != nullptr) {
        append_notice_document(out, event);
    } else if (layout_ == YamlOptions::Layout::dnstap_receiver) {
        append_dnstap_receiver_document(out, event);
    } else {
        append_dnstap_read_document(out, event);
    }
    out.append("---");
    records.close(event);
}

}  // namespace tapferry
