#include "encoders/text/yaml_document.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "encoders/bounds.h"
#include "encoders/event_facts.h"
#include "encoders/text/dig_text.h"
#include "proto/edns.h"

namespace tapferry {
namespace {

// The records stand in the document twice: as list items and in the text of the message.
constexpr std::size_t room_for_sections = 11 * 1024;
constexpr std::size_t room_for_text = 12 * 1024;
// What the options of EDNS that have no field of their own may take of the sections' room.
constexpr std::size_t room_for_options = 4 * 1024;
// More than an item takes with a name of 1,003 characters and RDATA of nothing but quotes.
constexpr std::size_t largest_item = 5300;

void append_who(YamlDocument& yaml, const Event& event) {
    yaml.plain("type: MESSAGE");
    yaml.plain("id: '", EventIdText{event.id}, '\'');
    yaml.opaque("identity: ", event.identity);
    yaml.opaque("version: ", event.version);
    yaml.opaque("extra: ", event.extra);
    if (event.kind != EventKind::message) yaml.plain("kind: ", event_kind_name(event.kind));
    if (event.dns.malformed != nullptr)
        yaml.plain("malformed: '", std::string_view(event.dns.malformed), '\'');
    yaml.opaque("input: ", event.input);
    if (!event.labels.empty()) yaml.plain("labels:");
    for (const Label& label : event.labels) {
        yaml.out.append("  '", label.name, '\'');
        yaml.quoted(": ", [&] { append_opaque(yaml.out, label.value); });
    }
}

void append_time(YamlDocument& yaml, std::string_view prefix, const Event& event,
                 const std::optional<Timestamp>& time) {
    if (!time) return;
    yaml.out.append(prefix);
    append_rfc3339(yaml.out, *time, event.time_digits);
    yaml.out.push_back('\n');
}

void append_addresses(YamlDocument& yaml, const Event& event) {
    if (const auto family = family_name(event); !family.empty()) yaml.plain("  socket_family: ", family);
    if (event.protocol != SocketProtocol::unknown)
        yaml.plain("  socket_protocol: ", socket_protocol_name(event.protocol));
    if (event.http_protocol != HttpProtocol::unknown)
        yaml.plain("  http_protocol: ", http_protocol_name(event.http_protocol));
    yaml.address("  query_address: ", event.query.address);
    yaml.address("  response_address: ", event.response.address);
    if (event.query.port != 0) yaml.plain("  query_port: ", Decimal{event.query.port});
    if (event.response.port != 0) yaml.plain("  response_port: ", Decimal{event.response.port});
    if (event.query_zone.empty()) return;
    yaml.quoted("  query_zone: ", [&] { append_name(yaml.out, event.query_zone, 0, NameEnd::trailing_dot); });
}

void append_policy(YamlDocument& yaml, const Policy& policy) {
    const std::size_t before = yaml.out.size();
    yaml.plain("  policy:");
    const std::size_t empty = yaml.out.size();
    yaml.opaque("    type: ", policy.type);
    if (!policy.rule.empty()) yaml.quoted("    rule: ", [&] { append_policy_rule(yaml.out, policy.rule); });
    if (const auto action = policy_action_name(policy.action); !action.empty())
        yaml.plain("    action: ", action);
    if (const auto match = policy_match_name(policy.match); !match.empty()) yaml.plain("    match: ", match);
    yaml.opaque("    value: ", policy.value);
    if (yaml.out.size() == empty) yaml.out.truncate(before);
}

void append_header(YamlDocument& yaml, const dns::Message& dns) {
    const auto count = [&](std::string_view name, dns::Section section) {
        yaml.plain("    ", name, ": ", Decimal{dns.claimed[static_cast<std::size_t>(section)]});
    };
    yaml.plain("    opcode: ", OpcodeName{dns.opcode});
    yaml.plain("    status: ", RcodeName{dns.rcode});
    yaml.plain("    id: ", Decimal{dns.id});
    yaml.out.append("    flags:");
    append_lower_flags(yaml.out, dns);
    yaml.out.push_back('\n');
    if (dns.z()) yaml.plain("    MBZ: 0x4");
    const SectionNames& names = count_names(dns);
    count(names.question, dns::Section::question);
    count(names.answer, dns::Section::answer);
    count(names.authority, dns::Section::authority);
    count(names.additional, dns::Section::additional);
}

// One error is a mapping, as dnstap-read has it; several are a list of such.
void append_extended_errors(YamlDocument& yaml, const std::vector<dns::ExtendedError>& errors) {
    if (errors.empty()) return;
    yaml.plain("        EDE:");
    const bool several = errors.size() > 1;
    const std::size_t shown = std::min(errors.size(), max_shown_extended_errors);
    for (const dns::ExtendedError& error : std::span(errors).first(shown)) {
        yaml.out.append(several ? "          - INFO-CODE: " : "          INFO-CODE: ");
        append_extended_error_code(yaml.out, error.code);
        yaml.out.push_back('\n');
        yaml.opaque(several ? "            EXTRA-TEXT: " : "          EXTRA-TEXT: ", error.text);
    }
}

// A key stands once in a mapping: an option that comes again is a comment.
void append_other_options(YamlDocument& yaml, const dns::Edns& edns) {
    std::array<std::uint16_t, max_shown_options> told;
    std::size_t count = 0;
    dns::each_other_option(edns, max_shown_options, [&](std::uint16_t code, dns::Wire octets) {
        const bool again = std::find(told.begin(), told.begin() + count, code) != told.begin() + count;
        told[count++] = code;
        yaml.out.append(again ? std::string_view("        # again ") : std::string_view("        "));
        append_option_name(yaml.out, code);
        if (octets.empty() || again) {
            yaml.out.append(octets.empty() ? ":" : ": ");
            append_option_value(yaml.out, code, octets);
            yaml.out.push_back('\n');
        } else {
            yaml.quoted(": ", [&] { append_option_value(yaml.out, code, octets); });
        }
    });
    if (edns.other_options > max_shown_options)
        yaml.plain("        # ", Decimal{edns.other_options - max_shown_options},
                   " more options are not shown");
}

void append_edns(YamlDocument& yaml, const dns::Edns& edns) {
    yaml.plain("    OPT_PSEUDOSECTION:");
    yaml.plain("      EDNS:");
    yaml.plain("        version: ", Decimal{edns.version});
    yaml.out.append("        flags:");
    append_edns_flags(yaml.out, edns);
    yaml.out.push_back('\n');
    if (const std::uint16_t reserved = edns.reserved_flags(); reserved != 0) {
        yaml.out.append("        MBZ: 0x");
        append_reserved_flags(yaml.out, reserved);
        yaml.out.push_back('\n');
    }
    yaml.plain("        udp: ", Decimal{edns.udp_size});
    if (edns.has_nsid && edns.nsid.empty()) yaml.plain("        NSID:");
    if (!edns.nsid.empty())
        yaml.quoted("        NSID: ", [&] { append_bytes_for_people(yaml.out, edns.nsid); });
    if (edns.has_client_subnet) {
        yaml.quoted("        CLIENT-SUBNET: ", [&] { append_client_subnet_and_scope(yaml.out, edns); });
    }
    if (edns.has_cookie) yaml.plain("        COOKIE: (", Decimal{edns.cookie_length}, " bytes)");
    if (edns.has_padding) yaml.plain("        PAD: (", Decimal{edns.padding_length}, " bytes)");
    append_other_options(yaml, edns);
    append_extended_errors(yaml, edns.errors);
}

// The items of the sections, as many as there is room for.
class Sections {
  public:
    Sections(YamlDocument& yaml, const Event& event)
        : yaml_(yaml),
          dns_(event.dns),
          end_(yaml.out.size() + room_for_sections -
               (event.dns.edns.other_options == 0 ? 0 : room_for_options)) {}

    // Whether all of them are shown.
    bool append() {
        const SectionNames& names = section_names(dns_);
        append_questions(names.question);
        append_section(names.answer, dns_.answers, is_of_section);
        append_section(names.authority, dns_.authority, is_of_section);
        append_section(names.additional, dns_.additional, is_of_section);
        append_section("TSIG_PSEUDO", dns_.additional, is_tsig);
        append_section("SIG0_PSEUDO", dns_.additional, is_sig0);
        return whole_;
    }

  private:
    void title(std::string_view name) {
        yaml_.plain("    ", name,
                    name.ends_with("PSEUDO") ? std::string_view("SECTION:") : std::string_view("_SECTION:"));
    }
    bool has_room(std::size_t shown, std::size_t count) {
        if (shown < max_shown_records && yaml_.out.size() + largest_item <= end_) return true;
        yaml_.plain("      # ", Decimal{count - shown}, " more are not shown");
        return whole_ = false;
    }
    void append_questions(std::string_view name) {
        if (dns_.questions.empty()) return;
        title(name);
        std::size_t shown = 0;
        for (const dns::Question& question : dns_.questions) {
            if (!has_room(shown++, dns_.questions.size())) return;
            yaml_.quoted("      - ", [&] {
                append_name(yaml_.out, dns_.wire, question.name, NameEnd::trailing_dot);
                yaml_.out.append(' ', ClassName{question.qclass}, ' ', TypeName{question.type});
            });
        }
    }
    void append_section(std::string_view name, const std::vector<dns::ResourceRecord>& records,
                        bool (*wanted)(const dns::ResourceRecord&)) {
        const auto count = static_cast<std::size_t>(std::count_if(records.begin(), records.end(), wanted));
        if (count == 0) return;
        title(name);
        std::size_t shown = 0;
        for (const dns::ResourceRecord& record : records) {
            if (!wanted(record)) continue;
            if (!has_room(shown++, count)) return;
            yaml_.quoted("      - ", [&] { append_record(record); });
        }
    }
    void append_record(const dns::ResourceRecord& record) {
        TextBuffer& out = yaml_.out;
        append_name(out, dns_.wire, record.owner, NameEnd::trailing_dot);
        out.append(' ', Decimal{record.ttl}, ' ', ClassName{record.rclass}, ' ', TypeName{record.type});
        if (!has_rdata(record, dns_)) return;
        out.push_back(' ');
        append_rdata(out, dns_.wire, record, NameEnd::trailing_dot, max_rdata_text);
    }

    YamlDocument& yaml_;
    const dns::Message& dns_;
    std::size_t end_;
    bool whole_ = true;
};

bool append_dns(YamlDocument& yaml, const Event& event) {
    const bool response = event.is_response;
    yaml.plain(response ? "  response_message_data:" : "  query_message_data:");
    append_header(yaml, event.dns);
    if (event.dns.has_edns) append_edns(yaml, event.dns.edns);
    const bool whole = Sections(yaml, event).append();
    yaml.plain(response ? "  response_message: |" : "  query_message: |");
    return append_dig_text(yaml.out, event, "    ", room_for_text) && whole;
}

}  // namespace

bool append_dnstap_read_document(TextBuffer& out, const Event& event) {
    YamlDocument yaml(out);
    append_who(yaml, event);
    yaml.plain("message:");
    yaml.plain("  type: ", MessageTypeName{event});
    append_time(yaml, "  query_time: !!timestamp ", event, event.query_time);
    append_time(yaml, "  response_time: !!timestamp ", event, event.response_time);
    if (event.has_message) yaml.plain("  message_size: ", Decimal{event.dns.wire.size()}, 'b');
    append_addresses(yaml, event);
    if (event.policy.present) append_policy(yaml, event.policy);
    return !has_dns_header(event) || append_dns(yaml, event);
}

}  // namespace tapferry
