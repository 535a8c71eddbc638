#include "proto/decoder.h"

#include <algorithm>
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

// Everything that an earlier decode() may have left in the event. Its vectors keep their storage.
void reset(Event& event, std::span<const std::uint8_t> frame, const FrameOrigin& origin) {
    dns::Message kept = std::move(event.dns);
    kept.clear();
    event = Event{};
    event.dns = std::move(kept);
    event.id = origin.id;
    event.received = origin.received;
    event.input = origin.input;
    event.frame = frame;
}

void set_type(const dnstap::Message& message, Event& event) {
    if (message.has_type()) {
        event.type = static_cast<MessageType>(message.type());
        event.type_number = static_cast<std::uint64_t>(message.type());
        event.is_response = event.type_number % 2 == 0;
    } else {
        event.type_number = find_unknown_varint(message.unknown_fields(), dnstap::Message::kTypeFieldNumber);
        event.is_response = message.has_response_message();
    }
}

bool is_ipv4_mapped(std::string_view address) {
    constexpr std::string_view prefix{"\0\0\0\0\0\0\0\0\0\0\xFF\xFF", 12};
    return address.size() == 16 && address.starts_with(prefix);
}

IpAddress read_address(std::string_view bytes) {
    if (is_ipv4_mapped(bytes)) bytes.remove_prefix(12);
    IpAddress address;
    if (bytes.size() != 4 && bytes.size() != 16) return address;
    std::memcpy(address.bytes.data(), bytes.data(), bytes.size());
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

void set_times(const dnstap::Message& message, Event& event) {
    event.query_time = read_time(message.query_time_sec(), message.query_time_nsec(), event.received);
    event.response_time = read_time(message.response_time_sec(), message.response_time_nsec(), event.received);
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
        event.time_source = TimeSource::agent;
    }
    event.time_digits = fraction_digits(event.time.nanoseconds);
}

void set_policy(const dnstap::Message& message, Event& event) {
    if (!message.has_policy()) return;
    const dnstap::Policy& policy = message.policy();
    event.policy.present = true;
    event.policy.type = policy.type();
    event.policy.rule = policy.rule();
    event.policy.action = policy.has_action() ? static_cast<std::uint32_t>(policy.action()) : 0;
    event.policy.match = policy.has_match() ? static_cast<std::uint32_t>(policy.match()) : 0;
    event.policy.value = policy.value();
}

void set_query_zone(const dnstap::Message& message, Event& event) {
    const dns::Wire zone = dns::as_wire(message.query_zone());
    const auto extent = dns::measure_name(zone, 0);
    if (extent.error == nullptr && extent.end == zone.size()) event.query_zone = zone;
}

// The response when there is one, else the query. One that is there but empty is shown only for want of
// another.
void parse_shown_message(const dnstap::Message& message, Event& event) {
    if (!message.has_response_message() && !message.has_query_message()) return;
    const bool show_response = !message.response_message().empty() ||
                               (message.has_response_message() && message.query_message().empty());
    event.has_message = true;
    event.dns.parse(dns::as_wire(show_response ? message.response_message() : message.query_message()));
    if (event.dns.malformed != nullptr) event.kind = EventKind::malformed;
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

void set_question(Event& event, TextBuffer& name) {
    name.clear();
    if (!event.dns.questions.empty()) {
        const dns::Question& question = event.dns.questions.front();
        event.has_question = true;
        event.qtype = question.type;
        event.qclass = question.qclass;
        append_name(name, event.dns.wire, question.name);
    } else if (!event.query_zone.empty()) {
        append_name(name, event.query_zone, 0);
    }
    event.qname = name.view();
}

void set_message(const dnstap::Message& message, Event& event) {
    set_type(message, event);
    event.protocol =
        static_cast<SocketProtocol>(message.has_socket_protocol() ? message.socket_protocol() : 0);
    event.http_protocol =
        static_cast<HttpProtocol>(message.has_http_protocol() ? message.http_protocol() : 0);
    event.query = {read_address(message.query_address()), read_port(message.query_port())};
    event.response = {read_address(message.response_address()), read_port(message.response_port())};
    set_times(message, event);
    set_policy(message, event);
    set_query_zone(message, event);
    parse_shown_message(message, event);
    if (event.kind == EventKind::message && is_new_domain(message, event)) event.kind = EventKind::new_domain;
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
    reset(event, frame, origin);
    dnstap::Dnstap& dnstap = storage_->frame;
    if (frame.size() > std::size_t{std::numeric_limits<int>::max()} ||
        !dnstap.ParsePartialFromArray(frame.data(), static_cast<int>(frame.size()))) {
        return DecodeStatus::undecodable;
    }
    event.identity = dnstap.identity();
    event.version = dnstap.version();
    event.extra = dnstap.extra();
    if (dnstap.has_message()) set_message(dnstap.message(), event);
    choose_time(event);
    set_question(event, storage_->qname);
    return DecodeStatus::decoded;
}

}  // namespace tapferry
