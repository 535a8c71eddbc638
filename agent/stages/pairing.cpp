#include "agent/stages/pairing.h"

#include <algorithm>
#include <cstdlib>
#include <random>

#include "encoders/event_facts.h"
#include "proto/record_types.h"

namespace tapferry {
namespace {

// A longer one goes on as it is.
constexpr std::size_t longest_query = 70'000;
// On the average over all that wait.
constexpr std::size_t bytes_of_a_query = 512;
// Of more the one that was silent longest is forgotten.
constexpr std::size_t max_sources = 256;
constexpr std::int64_t second_ns = 1'000'000'000;

std::uint64_t draw_seed() {
    std::random_device source;
    return (std::uint64_t{source()} << 32) | source();
}

// Which responses show that the server tells the answers to queries of this type. BIND decides anew for a
// response whether it is a client's or of authority.
std::uint64_t sort_of(MessageType type) {
    if (goes_upstream(type)) return 2;
    switch (type) {
        case MessageType::auth_query:
        case MessageType::auth_response:
        case MessageType::client_query:
        case MessageType::client_response:
            return 1;
        default:
            return 3 + (static_cast<std::uint64_t>(type) + 1) / 2;
    }
}

std::uint64_t source_of(std::uint64_t server, MessageType type) {
    return server + sort_of(type);
}

// Nanoseconds from `from` to `to`; as far as it matters here.
std::int64_t elapsed(const Timestamp& from, const Timestamp& to) {
    constexpr std::int64_t far = 1'000'000'000;
    const std::int64_t seconds = std::clamp(to.seconds - from.seconds, -far, far);
    return seconds * second_ns + to.nanoseconds - from.nanoseconds;
}

// Only the id in the header makes a message one that can be paired.
bool can_be_paired(const Event& event) {
    return has_dns_header(event) && event.kind != EventKind::new_domain;
}

// Many messages answer it, and BIND tells of none of them.
bool asks_for_a_transfer(const Event& event) {
    return event.has_question && dns::is_transfer(event.qtype);
}

}  // namespace

Pairing::Pairing(const PairingOptions& options)
    : seed_(draw_seed()),
      timeout_ns_(options.timeout.count() * 1'000'000),
      max_open_(options.max_open),
      held_(seed_) {}

Pairing::Outcome Pairing::take(Event& event) {
    put_out_ = nullptr;
    if (!can_be_paired(event)) return Outcome::alone;
    const PairingKey key = key_of(event);
    if (!event.is_response) {
        const bool passes = event.frame.size() > longest_query || asks_for_a_transfer(event);
        return passes ? Outcome::alone : take_query(key, event);
    }
    note_response(key, event);
    const HeldQuery* query = held_.find(key);
    if (query == nullptr) return Outcome::alone;
    // Some responses have no question: those to what could not be read, and further messages of a transfer.
    const std::uint64_t question = question_of(event);
    if (question != 0 && query->question != 0 && question != query->question) return Outcome::alone;
    if (!event.query_time) event.query_time = query->query_time;
    held_.remove(*query);
    return Outcome::answers;
}

Pairing::Outcome Pairing::take_query(const PairingKey& key, const Event& event) {
    const std::uint64_t question = question_of(event);
    Outcome outcome = Outcome::waits;
    if (HeldQuery* earlier = held_.find(key)) {
        held_.remove(*earlier);
        if (earlier->question == question) {
            outcome = Outcome::repeats;
        } else {
            replaced_ = std::move(*earlier);
            put_out_ = &replaced_;
        }
    }
    HeldQuery& query = held_.add(key, event.frame, event.input);
    query.id = event.id;
    query.received = event.received;
    query.query_time = event.query_time;
    query.question = question;
    query.type = event.type;
    return outcome;
}

const HeldQuery* Pairing::due(const std::optional<Timestamp>& now) const {
    const HeldQuery* oldest = held_.oldest();
    if (oldest == nullptr) return nullptr;
    if (held_.size() > max_open_ || held_.bytes() > max_open_ * bytes_of_a_query) return oldest;
    return now && std::abs(elapsed(oldest->received, *now)) >= timeout_ns_ ? oldest : nullptr;
}

void Pairing::let_go() {
    held_.remove(*held_.oldest());
}

Timestamp Pairing::end_of(const HeldQuery& query) const {
    const std::int64_t nanoseconds = query.received.nanoseconds + timeout_ns_;
    return {query.received.seconds + nanoseconds / second_ns,
            static_cast<std::uint32_t>(nanoseconds % second_ns)};
}

bool Pairing::unanswered(const HeldQuery& query) const {
    const std::uint64_t hash = source_of(query.key.source, query.type);
    const auto source = std::ranges::find(sources_, hash, &Source::hash);
    return source != sources_.end() && source->last_response > query.id.sequence;
}

// Which sources are known follows from the last responses alone, however far back the log was read.
void Pairing::note_response(const PairingKey& key, const Event& event) {
    const std::uint64_t hash = source_of(key.source, event.type);
    auto source = std::ranges::find(sources_, hash, &Source::hash);
    if (source == sources_.end()) {
        if (sources_.size() < max_sources) {
            source = sources_.insert(source, Source{});
        } else {
            source = std::ranges::min_element(sources_, {}, &Source::last_response);
        }
        source->hash = hash;
    }
    source->last_response = event.id.sequence;
}

PairingKey Pairing::key_of(const Event& event) const {
    PairingKey key;
    key.query_address = event.query.address.bytes;
    key.response_address = event.response.address.bytes;
    key.response_port = event.response.port;
    key.dns_id = event.dns.id;
    key.protocol = static_cast<std::uint16_t>(event.protocol);
    key.source = pairing_hash(event.identity, pairing_hash(event.input, seed_));
    // Resolvers do not tell the address that they ask others from; the port is then missing too (BIND over
    // TCP), or that of another query in the response (Unbound).
    if (event.query.address.present() && event.query.port != 0) {
        key.query_port = event.query.port;
    } else {
        key.name = question_of(event);
    }
    return key;
}

// In canonical form the case of a name's letters does not count.
std::uint64_t Pairing::question_of(const Event& event) const {
    if (!event.has_question) return 0;
    return pairing_hash(event.qname, seed_ ^ (std::uint64_t{event.qtype} << 16 | event.qclass)) | 1;
}

}  // namespace tapferry
