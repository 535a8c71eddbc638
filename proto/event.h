// An Event is one dnstap frame made readable: what the DNS server said of a message, and the message itself
// taken apart. Decoder fills it, stages change it, encoders render it. Views point into the frame and into
// the decoder's storage, so an Event lives until the next decode(). Field names follow dnstap.proto and RFC
// 9499.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "proto/dns_message.h"
#include "proto/notice.h"
#include "proto/timestamp.h"

namespace tapferry {

// dnstap.proto, Message.Type. `unknown` covers 0, an absent type and every number above UPDATE_RESPONSE;
// Event::type_number keeps the number.
enum class MessageType : std::uint8_t {
    unknown = 0,
    auth_query = 1,
    auth_response = 2,
    resolver_query = 3,
    resolver_response = 4,
    client_query = 5,
    client_response = 6,
    forwarder_query = 7,
    forwarder_response = 8,
    stub_query = 9,
    stub_response = 10,
    tool_query = 11,
    tool_response = 12,
    update_query = 13,
    update_response = 14,
};
inline constexpr std::size_t message_type_count = 15;

// A resolver's or forwarder's own messages: who asks is the resolver, not a client.
constexpr bool goes_upstream(MessageType type) {
    return type == MessageType::resolver_query || type == MessageType::resolver_response ||
           type == MessageType::forwarder_query || type == MessageType::forwarder_response;
}

// dnstap.proto, SocketFamily, as sent: the addresses may disagree, and they decide.
enum class SocketFamily : std::uint8_t { unknown, inet, inet6 };
// dnstap.proto, SocketProtocol. `unknown`: absent, or a number this version does not know.
enum class SocketProtocol : std::uint8_t { unknown, udp, tcp, dot, doh, dnscrypt_udp, dnscrypt_tcp, doq };
// dnstap.proto, HttpProtocol.
enum class HttpProtocol : std::uint8_t { unknown, http1, http2, http3 };
// dnstap.proto, Policy.Action and Policy.Match.
enum class PolicyAction : std::uint8_t { unknown, nxdomain, nodata, pass, drop, truncate, local_data };
enum class PolicyMatch : std::uint8_t { unknown, qname, client_ip, response_ip, ns_name, ns_ip };
inline constexpr std::size_t policy_action_count = 7;
inline constexpr std::size_t policy_match_count = 6;

// An IPv4 or IPv6 address in network byte order. IPv4-mapped IPv6 is folded to IPv4 by the decoder.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};
    std::uint8_t size = 0;  // 4 or 16; 0: there is none
    [[nodiscard]] bool present() const { return size != 0; }
    [[nodiscard]] bool is_v6() const { return size == 16; }
    friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// One side of the exchange. An all-zero address and port 0 mean "not known" in dnstap and are left out.
struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;   // 0: there is none
    bool was_mapped = false;  // the address came as IPv4-mapped IPv6 (RFC 4291, section 2.5.5.2)
};

// What the server sent and could not mean; it is left out and counted.
struct Oddities {
    bool time = false;     // before 2000, over a day after `received`, or with a fraction of a second or more
    bool address = false;  // neither 4 nor 16 octets
};

// Where an event came from in the log: the same on every retry and after every restart. Written as 32 hex
// digits, incarnation first. A notice that a route makes has no place of its own: it is named after the last
// frame before it, with a letter ("-g") behind.
struct EventId {
    std::uint64_t incarnation = 0;
    std::uint64_t sequence = 0;
    char letter = 0;  // 0: it has a place of its own
    friend bool operator==(const EventId&, const EventId&) = default;
};

enum class TimeSource : std::uint8_t { server, agent };

// What sort of event it is, beyond its dnstap type.
enum class EventKind : std::uint8_t {
    message,     // an ordinary dnstap message
    new_domain,  // PowerDNS Recursor: newly observed domain, or unique domain response
    malformed,   // the DNS payload does not parse; Event::dns.malformed says why
    unanswered,  // a query whose response did not come in time (agent/stages/)
    notice,      // the agent itself tells something: Event::notice
};
inline constexpr std::size_t event_kind_count = 5;

// dnstap.proto, Policy: what a response policy did. Bytes are as sent; `rule` is a wire-format name for RPZ.
struct Policy {
    bool present = false;
    std::string_view type;
    std::string_view rule;
    PolicyAction action = PolicyAction::unknown;
    PolicyMatch match = PolicyMatch::unknown;
    std::string_view value;
};

// A fixed or derived field that an operator has added: a name of letters, digits and _, and printable ASCII.
struct Label {
    std::string_view name;
    std::string_view value;
};

// Where an address is and whose it is, from a MaxMind database. Absent: empty, or 0.
struct GeoPlace {
    std::string_view country;  // ISO 3166-1, two capital letters
    std::string_view city;     // opaque bytes (UTF-8 in the database)
    std::uint32_t as_number = 0;
    std::string_view as_organization;  // opaque bytes
    [[nodiscard]] bool present() const { return !country.empty() || !city.empty() || as_number != 0; }
};

struct Event {
    EventId id;
    // Where that was given by the agent before this one (carried_id.h): its sequence in our own log. 0: the
    // id is our own.
    std::uint64_t own_sequence = 0;
    Timestamp received;      // when intake read it
    std::string_view input;  // name of the input in the configuration, may be empty

    EventKind kind = EventKind::message;
    const Notice* notice = nullptr;  // of a notice, never null then
    MessageType type = MessageType::unknown;
    std::uint64_t type_number = 0;  // as sent; 0: absent
    bool is_response = false;       // from the type, or for unknown types from the messages present

    std::string_view identity;  // opaque bytes: render with append_opaque()
    std::string_view version;   // likewise
    std::string_view extra;     // likewise; without an id that is believed

    Endpoint query;     // who asked
    Endpoint response;  // who was asked
    SocketFamily family = SocketFamily::unknown;
    SocketProtocol protocol = SocketProtocol::unknown;
    HttpProtocol http_protocol = HttpProtocol::unknown;
    Oddities oddities;

    // Of the event: response time for responses, query time for queries, else the other, else `received`. A
    // time before 2000 or over a day after `received` counts as absent, here and below.
    Timestamp time;
    TimeSource time_source = TimeSource::server;
    std::optional<Timestamp> query_time;
    std::optional<Timestamp> response_time;
    // Fraction digits worth printing, as precise as the source: 9, or 6 when the nanoseconds of all its times
    // are whole microseconds, or 3 when they are whole milliseconds.
    std::uint8_t time_digits = 9;

    // The DNS message shown: the response when there is one, else the query. When there is none, has_message
    // is false and `dns` is empty.
    bool has_message = false;
    dns::Message dns;

    // First question's name in canonical form without a trailing dot ("." for the root); from query_zone when
    // the frame has no question. Empty: there is none. Kept here because every format and filter wants it.
    std::string_view qname;
    bool has_question = false;
    std::uint16_t qtype = 0;   // valid when has_question
    std::uint16_t qclass = 0;  // valid when has_question

    std::span<const std::uint8_t> query_zone;  // wire format, uncompressed and checked; empty: absent
    Policy policy;

    std::span<const std::uint8_t> frame;  // the whole dnstap frame, for formats that pass it on

    // What the stages between decoding and encoding add (agent/stages/); the decoder leaves all of it absent.
    std::string_view registered_domain;  // of qname, by the public suffix list: a part of it, or empty
    std::string_view public_suffix;      // likewise
    GeoPlace query_place;                // of query.address
    GeoPlace response_place;             // of response.address
    std::span<const Label> labels;       // in order of name
    double sample_rate = 1;              // the share of events like this one that are kept: above 0, to 1
};

}  // namespace tapferry
