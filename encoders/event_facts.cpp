#include "encoders/event_facts.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "encoders/record_address.h"
#include "proto/dns_text.h"
#include "proto/text_pieces.h"

namespace tapferry {
namespace {

constexpr std::int64_t nanoseconds_a_second = 1'000'000'000;

struct Flag {
    std::uint16_t bit;
    char name[2];
};
constexpr Flag flags[] = {{dns::flag_aa, {'A', 'A'}}, {dns::flag_tc, {'T', 'C'}}, {dns::flag_rd, {'R', 'D'}},
                          {dns::flag_ra, {'R', 'A'}}, {dns::flag_ad, {'A', 'D'}}, {dns::flag_cd, {'C', 'D'}}};

// AA to CD lie in seven neighbouring bits, Z between them.
constexpr unsigned lowest_flag_bit = 4;
constexpr std::size_t flag_combinations = 128;
std::size_t flag_index(const dns::Message& message) {
    return message.flags >> lowest_flag_bit & 0x7F;
}

struct FlagText {
    char text[44] = {};
    std::uint8_t length = 0;
    constexpr void append(std::string_view more) {
        for (const char c : more) text[length++] = c;
    }
    [[nodiscard]] constexpr std::string_view view() const { return {text, length}; }
};

// The text of every combination of flags.
constexpr std::array<FlagText, flag_combinations> flag_texts(std::string_view open, std::string_view between,
                                                             std::string_view close) {
    std::array<FlagText, flag_combinations> texts{};
    for (std::size_t index = 0; index < flag_combinations; ++index) {
        FlagText& text = texts[index];
        for (const Flag& flag : flags) {
            if (!(index << lowest_flag_bit & flag.bit)) continue;
            text.append(text.length == 0 ? open : between);
            text.append({flag.name, 2});
        }
        if (text.length != 0) text.append(close);
    }
    return texts;
}

constexpr auto json_flag_texts = flag_texts(",\"flags\":[\"", "\",\"", "\"]");
constexpr auto quoted_flag_texts = flag_texts("\"", "\",\"", "\"");
constexpr auto flag_word_texts = flag_texts("", " ", "");

// The root ends a name that uses exactly all bytes and no compression.
bool is_whole_name(std::string_view bytes) {
    std::size_t at = 0;
    while (at < bytes.size()) {
        const auto label = static_cast<unsigned char>(bytes[at]);
        if (label == 0) return at + 1 == bytes.size() && bytes.size() <= 255;
        if (label > 63) return false;
        at += label + 1U;
    }
    return false;
}

}  // namespace

std::string_view event_kind_name(EventKind kind) {
    switch (kind) {
        case EventKind::new_domain:
            return "new_domain";
        case EventKind::malformed:
            return "malformed";
        case EventKind::unanswered:
            return "unanswered";
        case EventKind::notice:
            return "notice";
        case EventKind::message:
            break;
    }
    return {};
}

std::string_view ip_transport(const Event& event) {
    switch (event.protocol) {
        case SocketProtocol::udp:
        case SocketProtocol::dnscrypt_udp:
        case SocketProtocol::doq:
            return "UDP";
        case SocketProtocol::doh:
            return event.http_protocol == HttpProtocol::http3 ? "UDP" : "TCP";
        case SocketProtocol::tcp:
        case SocketProtocol::dot:
        case SocketProtocol::dnscrypt_tcp:
            return "TCP";
        default:
            return {};
    }
}

std::uint8_t ip_version(const Event& event) {
    const IpAddress& address = event.query.address.present() ? event.query.address : event.response.address;
    return !address.present() ? 0 : address.is_v6() ? 6 : 4;
}

std::string_view family_name(const Event& event) {
    const std::uint8_t version = ip_version(event);
    return version == 0   ? std::string_view()
           : version == 6 ? std::string_view("INET6")
                          : std::string_view("INET");
}

// A dot always ends a label: one inside a label is written \046.
std::string_view last_labels(std::string_view name, std::size_t max) {
    if (name.size() <= max) return name;
    const std::size_t dot = name.find('.', name.size() - max - 1);
    return dot == std::string_view::npos ? name.substr(name.size() - max) : name.substr(dot + 1);
}

std::optional<std::uint64_t> measured_latency(const Event& event) {
    if (event.is_response && event.query_time && event.response_time &&
        *event.query_time == *event.response_time)
        return 0;
    return latency(event);
}

void append_latency_seconds(TextBuffer& out, const Event& event, std::uint64_t nanoseconds) {
    const auto fraction = static_cast<std::uint32_t>(nanoseconds % nanoseconds_a_second);
    out.append(Decimal{nanoseconds / nanoseconds_a_second}, FractionText{fraction, event.time_digits});
}

void append_latency_ms(TextBuffer& out, const Event& event, std::uint64_t nanoseconds) {
    append_fraction(out, nanoseconds, 6, event.time_digits < 3 ? 0 : event.time_digits - 3U);
}

std::string_view json_flags(const dns::Message& message) {
    return json_flag_texts[flag_index(message)].view();
}

std::string_view quoted_flags(const dns::Message& message) {
    return quoted_flag_texts[flag_index(message)].view();
}

std::string_view flag_words(const dns::Message& message) {
    return flag_word_texts[flag_index(message)].view();
}

void append_client_subnet(TextBuffer& out, const dns::Edns& edns) {
    append_address(out, client_subnet_address(edns));
    out.push_back('/');
    append_decimal(out, edns.client_subnet_source_prefix);
}

void append_client_subnet_and_scope(TextBuffer& out, const dns::Edns& edns) {
    append_client_subnet(out, edns);
    out.push_back('/');
    append_decimal(out, edns.client_subnet_scope_prefix);
}

void append_policy_rule(TextBuffer& out, std::string_view rule) {
    const dns::Wire wire{reinterpret_cast<const std::uint8_t*>(rule.data()), rule.size()};
    if (is_whole_name(rule) && append_name(out, wire, 0)) return;
    append_opaque(out, rule);
}

void append_fraction(TextBuffer& out, std::uint64_t value, unsigned unit_digits, unsigned digits) {
    std::uint64_t unit = 1;
    for (unsigned i = 0; i < unit_digits; ++i) unit *= 10;
    append_decimal(out, value / unit);
    if (digits == 0) return;
    std::uint64_t rest = value % unit;
    char* place = out.reserve(digits + 1);
    *place = '.';
    for (unsigned i = unit_digits; i > digits; --i) rest /= 10;
    for (unsigned i = digits; i > 0; --i, rest /= 10) place[i] = static_cast<char>('0' + rest % 10);
    out.commit(digits + 1);
}

void append_rate(TextBuffer& out, double rate) {
    // The smallest double above 0 has 1,074 digits behind the dot, and none would be told apart from 0.
    constexpr double least = 1e-9;
    char text[32];
    const auto [end, error] = std::to_chars(
        text, text + sizeof text, rate > least ? std::min(rate, 1.0) : least, std::chars_format::fixed);
    if (error == std::errc()) out.append(std::string_view(text, end));
}

}  // namespace tapferry
