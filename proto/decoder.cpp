#include "proto/decoder.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "dnstap.pb.h"
#include "proto/dns_name.h"
#include "proto/dns_text.h"
#include "proto/unknown_fields.h"
#include "proto/wire_bytes.h"

namespace tapferry {
namespace {

constexpr std::int64_t year_2000 = 946'684'800;
constexpr std::int64_t one_day = 86'400;  // seconds

void set_type(const dnstap::Message& message, Event& event) {
    if (message.has_type()) {
        event.type = static_cast<MessageType>(message.type());
        event.type_number = static_cast<std::uint64_t>(message.type());
        event.is_response = event.type_number % 2 == 0;
    } else {
        event.type = MessageType::unknown;
        event.type_number = find_unknown_varint(message.unknown_fields(), dnstap::Message::kTypeFieldNumber);
        event.is_response = message.has_response_message();
    }
}

bool is_ipv4_mapped(std::string_view address) {
    constexpr std::string_view prefix{"\0\0\0\0\0\0\0\0\0\0\xFF\xFF", 12};
    return address.starts_with(prefix);
}

IpAddress read_address(std::string_view bytes) {
    IpAddress address;
    if (bytes.size() == 16 && is_ipv4_mapped(bytes)) bytes.remove_prefix(12);
    if (bytes.size() == 4) {
        std::memcpy(address.bytes.data(), bytes.data(), 4);
    } else if (bytes.size() == 16) {
        std::memcpy(address.bytes.data(), bytes.data(), 16);
    }
    if (address.bytes != decltype(address.bytes){}) address.size = static_cast<std::uint8_t>(bytes.size());
    return address;
}

std::uint16_t read_port(std::uint32_t port) {
    return port <= std::numeric_limits<std::uint16_t>::max() ? static_cast<std::uint16_t>(port)
                                                             : std::uint16_t{0};
}

// A time that no server's clock can have meant is none.
std::optional<Timestamp> read_time(std::uint64_t seconds, std::uint32_t nanoseconds,
                                   const Timestamp& received) {
    if (seconds < year_2000 || nanoseconds > 999'999'999) return std::nullopt;
    if (seconds > static_cast<std::uint64_t>(std::max(received.seconds, year_2000) + one_day))
        return std::nullopt;
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
}

Policy read_policy(const dnstap::Message& message) {
    Policy policy;
    if (!message.has_policy()) return policy;
    const dnstap::Policy& sent = message.policy();
    policy.present = true;
    policy.type = sent.type();
    policy.rule = sent.rule();
    policy.action = sent.has_action() ? static_cast<std::uint32_t>(sent.action()) : 0;
    policy.match = sent.has_match() ? static_cast<std::uint32_t>(sent.match()) : 0;
    policy.value = sent.value();
    return policy;
}

// Empty unless it is one sound name and nothing else.
dns::Wire read_zone(const dnstap::Message& message) {
    const dns::Wire zone = dns::as_wire(message.query_zone());
    if (zone.empty()) return {};
    const auto extent = dns::measure_name(zone, 0);
    return extent.error == nullptr && extent.end == zone.size() ? zone : dns::Wire{};
}

// The response when there is one, else the query; an empty one only for want of another.
void parse_shown_message(const dnstap::Message& message, Event& event) {
    event.has_message = message.has_response_message() || message.has_query_message();
    if (!event.has_message) {
        event.dns.clear();
        return;
    }
    const bool show_response = !message.response_message().empty() ||
                               (message.has_response_message() && message.query_message().empty());
    event.dns.parse(dns::as_wire(show_response ? message.response_message() : message.query_message()));
}

// PowerDNS Recursor's two streams of news have no dnstap type of their own. A newly observed domain is a
// client query without a message, a unique response is a resolver response without a time of response; the
// name is the zone.
bool is_new_domain(const dnstap::Message& message, const Event& event) {
    if (event.query_zone.empty() || !event.version.starts_with("pdns-recursor")) return false;
    if (event.type == MessageType::client_query) return !event.has_message;
    return event.type == MessageType::resolver_response && message.has_response_message() &&
           !message.has_response_time_sec();
}

EventKind kind_of(const dnstap::Message& message, const Event& event) {
    if (event.dns.malformed != nullptr) return EventKind::malformed;
    return is_new_domain(message, event) ? EventKind::new_domain : EventKind::message;
}

void set_question(Event& event, TextBuffer& name) {
    name.clear();
    event.has_question = !event.dns.questions.empty();
    const dns::Question question = event.has_question ? event.dns.questions.front() : dns::Question{};
    event.qtype = question.type;
    event.qclass = question.qclass;
    if (event.has_question) {
        append_name(name, event.dns.wire, question.name);
    } else if (!event.query_zone.empty()) {
        append_name(name, event.query_zone, 0);
    }
    event.qname = name.view();
}

// Sets every field that is the message's, so that nothing stays of the frame before.
void set_message(const dnstap::Message& message, Event& event) {
    set_type(message, event);
    event.protocol =
        static_cast<SocketProtocol>(message.has_socket_protocol() ? message.socket_protocol() : 0);
    event.http_protocol =
        static_cast<HttpProtocol>(message.has_http_protocol() ? message.http_protocol() : 0);
    event.query = {read_address(message.query_address()), read_port(message.query_port())};
    event.response = {read_address(message.response_address()), read_port(message.response_port())};
    event.query_time = read_time(message.query_time_sec(), message.query_time_nsec(), event.received);
    event.response_time =
        read_time(message.response_time_sec(), message.response_time_nsec(), event.received);
    choose_time(event);
    event.policy = read_policy(message);
    event.query_zone = read_zone(message);
    parse_shown_message(message, event);
    event.kind = kind_of(message, event);
}

}  // namespace

struct Decoder::Storage {
    dnstap::Dnstap frame;
    TextBuffer qname;
};

Decoder::Decoder() : storage_(std::make_unique<Storage>()) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

DecodeStatus Decoder::decode(std::span<const std::uint8_t> frame, const FrameOrigin& origin, Event& event) {
    dnstap::Dnstap& dnstap = storage_->frame;
    const bool whole = frame.size() <= std::size_t{std::numeric_limits<int>::max()} &&
                       dnstap.ParsePartialFromArray(frame.data(), static_cast<int>(frame.size()));
    if (!whole) dnstap.Clear();
    event.id = origin.id;
    event.received = origin.received;
    event.input = origin.input;
    event.frame = frame;
    event.identity = dnstap.identity();
    event.version = dnstap.version();
    event.extra = dnstap.extra();
    // Without one, this is protobuf's empty message.
    set_message(dnstap.message(), event);
    set_question(event, storage_->qname);
    return whole ? DecodeStatus::decoded : DecodeStatus::undecodable;
}

}  // namespace tapferry
