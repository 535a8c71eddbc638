#include "proto/decoder.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "proto/dns_name.h"
#include "proto/dns_text.h"
#include "proto/dnstap_frame.h"
#include "proto/wire_bytes.h"

namespace tapferry {
namespace {

constexpr std::int64_t year_2000 = 946'684'800;
constexpr std::int64_t one_day = 86'400;  // seconds

void set_type(const DnstapFrame& frame, Event& event) {
    event.type = frame.type;
    if (frame.type != MessageType::unknown) {
        event.type_number = static_cast<std::uint64_t>(frame.type);
        event.is_response = event.type_number % 2 == 0;
    } else {
        event.type_number = frame.unknown_type;
        event.is_response = frame.response_message.has_value();
    }
}

bool is_ipv4_mapped(std::string_view address) {
    constexpr std::string_view prefix{"\0\0\0\0\0\0\0\0\0\0\xFF\xFF", 12};
    return address.starts_with(prefix);
}

std::uint16_t read_port(std::uint32_t port) {
    return port <= std::numeric_limits<std::uint16_t>::max() ? static_cast<std::uint16_t>(port)
                                                             : std::uint16_t{0};
}

void set_address(IpAddress& to, std::string_view octets) {
    if (octets.find_first_not_of('\0') == std::string_view::npos) return;
    to.size = static_cast<std::uint8_t>(octets.size());
    std::memcpy(to.bytes.data(), octets.data(), octets.size());
}

// Made in its place: a processor waits before it reads in one what was just written in parts.
void set_endpoint(Endpoint& end, std::string_view address, std::uint32_t port, Oddities& oddities) {
    end = {};
    end.port = read_port(port);
    if (address.size() == 16 && is_ipv4_mapped(address)) {
        end.was_mapped = true;
        address.remove_prefix(12);
    }
    // With its length told, a copy is one step.
    if (address.size() == 4) {
        set_address(end.address, address.substr(0, 4));
    } else if (address.size() == 16) {
        set_address(end.address, address.substr(0, 16));
    } else if (!address.empty()) {
        oddities.address = true;
    }
}

// A time that no server's clock can have meant is none; 0 seconds are the absence of a time.
std::optional<Timestamp> read_time(std::uint64_t seconds, std::uint32_t nanoseconds, Event& event) {
    if (seconds == 0) return std::nullopt;
    const auto latest = static_cast<std::uint64_t>(std::max(event.received.seconds, year_2000) + one_day);
    if (seconds < year_2000 || seconds > latest || nanoseconds > 999'999'999) {
        event.oddities.time = true;
        return std::nullopt;
    }
    return Timestamp{static_cast<std::int64_t>(seconds), nanoseconds};
}

// How many digits of a second the source seems to measure.
std::uint8_t fraction_digits(std::uint32_t nanoseconds) {
    if (nanoseconds % 1'000 != 0) return 9;
    return nanoseconds % 1'000'000 != 0 ? 6 : 3;
}

// The time of the event, from the times that there are.
void choose_time(Event& event) {
    const auto& preferred = event.is_response ? event.response_time : event.query_time;
    const auto& other = event.is_response ? event.query_time : event.response_time;
    if (preferred) {
        event.time = *preferred;
    } else if (other) {
        event.time = *other;
    } else {
        event.time = event.received;
    }
    event.time_source = preferred || other ? TimeSource::server : TimeSource::agent;
    event.time_digits = fraction_digits(event.time.nanoseconds);
    // One of two times may be whole milliseconds by chance.
    if (preferred && other)
        event.time_digits = std::max(event.time_digits, fraction_digits(other->nanoseconds));
}

// Empty unless it is one sound name and nothing else.
dns::Wire checked_zone(dns::Wire zone) {
    if (zone.empty()) return {};
    const auto extent = dns::measure_name(zone, 0);
    return extent.error == nullptr && extent.end == zone.size() ? zone : dns::Wire{};
}

// The response when there is one, else the query; an empty one only for want of another.
void parse_shown_message(const DnstapFrame& frame, Event& event) {
    event.has_message = frame.response_message || frame.query_message;
    if (!event.has_message) {
        event.dns.clear();
        return;
    }
    const std::string_view query = frame.query_message.value_or(std::string_view{});
    const std::string_view response = frame.response_message.value_or(std::string_view{});
    const bool show_response = !response.empty() || (frame.response_message && query.empty());
    event.dns.parse(dns::as_wire(show_response ? response : query));
}

// PowerDNS Recursor's two streams of news have no dnstap type of their own. A newly observed domain is a
// client query without a message, a unique response is a resolver response without a time of response; the
// name is the zone.
bool is_new_domain(const DnstapFrame& frame, const Event& event) {
    if (event.query_zone.empty() || !event.version.starts_with("pdns-recursor")) return false;
    if (event.type == MessageType::client_query) return !event.has_message;
    return event.type == MessageType::resolver_response && frame.response_message && !frame.response_time_sec;
}

EventKind kind_of(const DnstapFrame& frame, const Event& event) {
    if (event.dns.malformed != nullptr) return EventKind::malformed;
    return is_new_domain(frame, event) ? EventKind::new_domain : EventKind::message;
}

void set_question(Event& event, TextBuffer& name) {
    name.clear();
    event.has_question = !event.dns.questions.empty();
    event.qtype = event.qclass = 0;
    if (event.has_question) {
        const dns::Question& question = event.dns.questions.front();
        event.qtype = question.type;
        event.qclass = question.qclass;
        append_name(name, event.dns.wire, question.name);
    } else if (!event.query_zone.empty()) {
        append_name(name, event.query_zone, 0);
    }
    event.qname = name.view();
}

// Sets every field that is the frame's, so that nothing stays of the frame before.
void set_frame(const DnstapFrame& frame, Event& event) {
    event.identity = frame.identity;
    event.version = frame.version;
    event.extra = frame.extra;
    set_type(frame, event);
    event.family = frame.family;
    event.protocol = frame.protocol;
    event.http_protocol = frame.http_protocol;
    event.oddities = {};
    set_endpoint(event.query, frame.query_address, frame.query_port, event.oddities);
    set_endpoint(event.response, frame.response_address, frame.response_port, event.oddities);
    event.query_time = read_time(frame.query_time_sec, frame.query_time_nsec, event);
    event.response_time = read_time(frame.response_time_sec.value_or(0), frame.response_time_nsec, event);
    choose_time(event);
    event.policy = frame.policy;
    event.query_zone = checked_zone(dns::as_wire(frame.query_zone));
    parse_shown_message(frame, event);
    event.kind = kind_of(frame, event);
}

void clear_what_stages_add(Event& event) {
    event.registered_domain = {};
    event.public_suffix = {};
    event.query_place = {};
    event.response_place = {};
    event.labels = {};
    event.sample_rate = 1;
}

}  // namespace

DecodeStatus Decoder::decode(std::span<const std::uint8_t> frame, const FrameOrigin& origin, Event& event) {
    const std::optional<DnstapFrame> said = read_dnstap_frame(frame);
    event.id = origin.id;
    event.own_sequence = 0;
    event.received = origin.received;
    event.input = origin.input;
    event.frame = frame;
    clear_what_stages_add(event);
    if (said) {
        set_frame(*said, event);
    } else {
        set_frame(DnstapFrame{}, event);
    }
    set_question(event, qname_);
    return said ? DecodeStatus::decoded : DecodeStatus::undecodable;
}

}  // namespace tapferry
