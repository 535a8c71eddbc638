#include "encoders/text/dig_text.h"

#include <algorithm>
#include <span>
#include <vector>

#include "encoders/bounds.h"
#include "encoders/event_facts.h"
#include "proto/dns_text.h"
#include "proto/edns.h"
#include "proto/extended_errors.h"
#include "proto/record_types.h"
#include "proto/text_pieces.h"
#include "proto/wire_bytes.h"

namespace tapferry {
namespace {

// Where the columns of a record begin, counted from 0.
constexpr std::size_t ttl_column = 24;
constexpr std::size_t class_column = 32;
constexpr std::size_t type_column = 40;
constexpr std::size_t rdata_column = 48;

// More than a record takes with a name of 1,003 characters and its RDATA cut.
constexpr std::size_t largest_record = 3300;
constexpr std::size_t id_width = 6;

constexpr std::uint8_t opcode_update = 5;

// Of IANA's registry, those that dnstap-read shows by name.
enum OptionCode : std::uint16_t {
    option_llq = 1,
    option_expire = 9,
    option_keepalive = 11,
    option_key_tag = 14,
    option_client_tag = 16,
    option_server_tag = 17
};
struct NamedOption {
    std::uint16_t code;
    std::string_view name;
};
constexpr NamedOption named_options[] = {
    {option_llq, "LLQ"},         {option_expire, "EXPIRE"},         {option_keepalive, "TCP-KEEPALIVE"},
    {option_key_tag, "KEY-TAG"}, {option_client_tag, "CLIENT-TAG"}, {option_server_tag, "SERVER-TAG"}};

constexpr SectionNames of_query{"QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL"};
constexpr SectionNames of_update{"ZONE", "PREREQUISITE", "UPDATE", "ADDITIONAL"};
constexpr SectionNames of_update_header{"ZONE", "PREREQ", "UPDATE", "ADDITIONAL"};

std::size_t digits_of(unsigned number) {
    std::size_t digits = 1;
    for (; number >= 10; number /= 10) ++digits;
    return digits;
}

class DigText {
  public:
    DigText(TextBuffer& out, const Event& event, std::string_view margin, std::size_t room)
        : out_(out), event_(event), dns_(event.dns), margin_(margin), end_(out.size() + room) {}

    // Whether all of it is shown.
    bool append() {
        if (has_dns_header(event_)) append_header();
        if (dns_.has_edns) append_edns();
        const SectionNames& names = section_names(dns_);
        append_questions(names.question);
        append_section(names.answer, dns_.answers, is_of_section);
        append_section(names.authority, dns_.authority, is_of_section);
        append_section(names.additional, dns_.additional, is_of_section);
        append_section("TSIG PSEUDO", dns_.additional, is_tsig);
        append_section("SIG0 PSEUDO", dns_.additional, is_sig0);
        if (dns_.malformed != nullptr) line(";; malformed: ", dns_.malformed);
        return whole_;
    }

  private:
    void begin_line() {
        out_.append(margin_);
        line_ = out_.size();
    }
    void end_line() { out_.push_back('\n'); }
    template <typename... Parts>
    void line(const Parts&... parts) {
        begin_line();
        (put(parts), ...);
        end_line();
    }
    void put(std::string_view text) { out_.append(text); }
    void put(std::uint64_t number) { append_decimal(out_, number); }

    // Spaces up to `column` of the line, one at least.
    void go_to(std::size_t column) {
        const std::size_t at = out_.size() - line_;
        const std::size_t spaces = at < column ? column - at : 1;
        std::fill_n(out_.reserve(spaces), spaces, ' ');
        out_.commit(spaces);
    }

    void append_header() {
        begin_line();
        out_.append(";; ->>HEADER<<- opcode: ");
        append_opcode(out_, dns_.opcode);
        out_.append(", status: ");
        append_rcode(out_, dns_.rcode);
        out_.append(", id: ");
        for (std::size_t width = digits_of(dns_.id); width < id_width; ++width) out_.push_back(' ');
        append_decimal(out_, dns_.id);
        end_line();
        begin_line();
        out_.append(";; flags:");
        append_lower_flags(out_, dns_);
        if (dns_.z()) out_.append("; MBZ: 0x4");
        const SectionNames& names = count_names(dns_);
        append_count("; ", names.question, dns::Section::question);
        append_count(", ", names.answer, dns::Section::answer);
        append_count(", ", names.authority, dns::Section::authority);
        append_count(", ", names.additional, dns::Section::additional);
        end_line();
    }
    void append_count(std::string_view before, std::string_view name, dns::Section section) {
        out_.append(before, name, ": ");
        append_decimal(out_, dns_.claimed[static_cast<std::size_t>(section)]);
    }

    void append_edns() {
        const dns::Edns& edns = dns_.edns;
        line(";; OPT PSEUDOSECTION:");
        begin_line();
        out_.append("; EDNS: version: ", Decimal{edns.version}, ", flags:");
        append_edns_flags(out_, edns);
        if (const std::uint16_t reserved = edns.reserved_flags(); reserved != 0) {
            out_.append("; MBZ: 0x");
            append_reserved_flags(out_, reserved);
            out_.append(", udp: ");
        } else {
            out_.append("; udp: ");
        }
        append_decimal(out_, edns.udp_size);
        end_line();
        if (edns.has_nsid) {
            begin_line();
            out_.append("; NSID:");
            if (!edns.nsid.empty()) out_.push_back(' ');
            append_bytes_for_people(out_, edns.nsid);
            end_line();
        }
        if (edns.has_client_subnet) {
            begin_line();
            out_.append("; CLIENT-SUBNET: ");
            append_client_subnet_and_scope(out_, edns);
            end_line();
        }
        if (edns.has_cookie) line("; COOKIE: (", edns.cookie_length, " bytes)");
        if (edns.has_padding) line("; PAD: (", edns.padding_length, " bytes)");
        append_other_options(edns);
        const std::size_t shown = std::min(edns.errors.size(), max_shown_extended_errors);
        for (const auto& error : std::span(edns.errors).first(shown)) append_extended_error(error);
    }
    void append_other_options(const dns::Edns& edns) {
        dns::each_other_option(edns, max_shown_options, [&](std::uint16_t code, dns::Wire octets) {
            begin_line();
            out_.append("; ");
            append_option_name(out_, code);
            out_.append(octets.empty() ? ":" : ": ");
            append_option_value(out_, code, octets);
            end_line();
        });
        if (edns.other_options <= max_shown_options) return;
        whole_ = false;
        line(";; ", edns.other_options - max_shown_options, " more options are not shown");
    }
    void append_extended_error(const dns::ExtendedError& error) {
        begin_line();
        out_.append("; EDE: ");
        append_extended_error_code(out_, error.code);
        if (!error.text.empty()) {
            out_.append(": (");
            append_opaque(out_, error.text);
            out_.push_back(')');
        }
        end_line();
    }

    void append_questions(std::string_view name) {
        if (dns_.questions.empty()) return;
        line(";; ", name, " SECTION:");
        std::size_t shown = 0;
        for (const dns::Question& question : dns_.questions) {
            if (!has_room(shown++, dns_.questions.size())) break;
            begin_line();
            out_.push_back(';');
            append_name(out_, dns_.wire, question.name, NameEnd::trailing_dot);
            go_to(class_column);
            append_class(out_, question.qclass);
            go_to(type_column);
            append_type(out_, question.type);
            end_line();
        }
        line();
    }

    void append_section(std::string_view name, const std::vector<dns::ResourceRecord>& records,
                        bool (*wanted)(const dns::ResourceRecord&)) {
        const auto count = static_cast<std::size_t>(std::count_if(records.begin(), records.end(), wanted));
        if (count == 0) return;
        const bool pseudo = name.ends_with("PSEUDO");
        line(";; ", name, pseudo ? std::string_view("SECTION:") : std::string_view(" SECTION:"));
        std::size_t shown = 0;
        for (const dns::ResourceRecord& record : records) {
            if (!wanted(record)) continue;
            if (!has_room(shown++, count)) break;
            append_record(record);
        }
        line();
    }
    void append_record(const dns::ResourceRecord& record) {
        begin_line();
        append_name(out_, dns_.wire, record.owner, NameEnd::trailing_dot);
        go_to(ttl_column);
        append_decimal(out_, record.ttl);
        go_to(class_column);
        append_class(out_, record.rclass);
        go_to(type_column);
        append_type(out_, record.type);
        if (has_rdata(record, dns_)) {
            go_to(rdata_column);
            append_rdata(out_, dns_.wire, record, NameEnd::trailing_dot, max_rdata_text);
        }
        end_line();
    }
    // Whether one more may be shown behind `shown` of `count`; tells when not.
    bool has_room(std::size_t shown, std::size_t count) {
        if (shown < max_shown_records && out_.size() + largest_record <= end_) return true;
        line(";; ", count - shown, " more are not shown");
        return whole_ = false;
    }

    TextBuffer& out_;
    const Event& event_;
    const dns::Message& dns_;
    std::string_view margin_;
    std::size_t end_;
    bool whole_ = true;
    std::size_t line_ = 0;  // where this line's columns are counted from
};

}  // namespace

bool append_dig_text(TextBuffer& out, const Event& event, std::string_view margin, std::size_t room) {
    return !event.has_message || DigText(out, event, margin, room).append();
}

const SectionNames& section_names(const dns::Message& message) {
    return message.opcode == opcode_update ? of_update : of_query;
}
const SectionNames& count_names(const dns::Message& message) {
    return message.opcode == opcode_update ? of_update_header : of_query;
}

void append_extended_error_code(TextBuffer& out, std::uint16_t code) {
    append_decimal(out, code);
    if (const auto name = extended_error_name(code); !name.empty()) out.append(" (", name, ')');
}

void append_option_name(TextBuffer& out, std::uint16_t code) {
    for (const NamedOption& known : named_options)
        if (known.code == code) return out.append(known.name);
    out.append("OPT=", Decimal{code});
}

void append_option_value(TextBuffer& out, std::uint16_t code, dns::Wire octets) {
    const bool whole_numbers = octets.size() % 2 == 0;
    if (code == option_expire && octets.size() == 4) return append_decimal(out, dns::read_u32(octets.data()));
    if (code == option_keepalive && octets.size() == 2) {
        const std::uint16_t tenths = dns::read_u16(octets.data());
        out.append(Decimal{tenths / 10U}, '.', Decimal{tenths % 10U}, " secs");
        return;
    }
    const bool numbers = code == option_key_tag ||
                         ((code == option_client_tag || code == option_server_tag) && octets.size() == 2);
    const dns::Wire shown = octets.first(std::min(octets.size(), max_option_bytes));
    if (numbers && whole_numbers) {
        std::string_view before;
        for (std::size_t at = 0; at < shown.size(); at += 2) {
            out.append(before, Decimal{dns::read_u16(shown.data() + at)});
            before = ", ";
        }
    } else {
        append_bytes_for_people(out, {reinterpret_cast<const char*>(shown.data()), shown.size()});
    }
    if (shown.size() != octets.size()) out.append(", the first of ", Decimal{octets.size()}, " bytes");
}

void append_edns_flags(TextBuffer& out, const dns::Edns& edns) {
    if (edns.dnssec_ok) out.append(" do");
    if (edns.compact_ok()) out.append(" co");
}

// In four digits.
void append_reserved_flags(TextBuffer& out, std::uint16_t flags) {
    const std::uint8_t octets[] = {static_cast<std::uint8_t>(flags >> 8), static_cast<std::uint8_t>(flags)};
    append_hex(out, octets);
}

// An UPDATE says by a class and no RDATA what must be there, or shall go (RFC 2136, sections 2.4 and 2.5).
bool has_rdata(const dns::ResourceRecord& record, const dns::Message& message) {
    return record.rdata_length != 0 || message.opcode != opcode_update ||
           (record.rclass != dns::class_any && record.rclass != dns::class_none);
}

void append_bytes_for_people(TextBuffer& out, std::string_view bytes) {
    if (bytes.empty()) return;
    for (const char c : bytes.substr(0, max_opaque_text)) {
        const auto byte = static_cast<std::uint8_t>(c);
        append_hex(out, {&byte, 1});
        out.push_back(' ');
    }
    out.append("(\"");
    append_opaque(out, bytes);
    out.append("\")");
}

void append_lower_flags(TextBuffer& out, const dns::Message& message) {
    if (message.qr()) out.append(" qr");
    if (message.aa()) out.append(" aa");
    if (message.tc()) out.append(" tc");
    if (message.rd()) out.append(" rd");
    if (message.ra()) out.append(" ra");
    if (message.ad()) out.append(" ad");
    if (message.cd()) out.append(" cd");
}

bool is_tsig(const dns::ResourceRecord& record) {
    return record.type == dns::type_tsig;
}
bool is_sig0(const dns::ResourceRecord& record) {
    return record.type == dns::type_sig && record.rclass == dns::class_any;
}
bool is_of_section(const dns::ResourceRecord& record) {
    return !is_tsig(record) && !is_sig0(record);
}

}  // namespace tapferry
