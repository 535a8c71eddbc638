#include "tests/encoders/event_builder.h"

#include "proto/dns_text.h"

namespace tapferry::test {
namespace {

std::string u16(std::uint16_t value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value & 0xFF)};
}
std::string u32(std::uint32_t value) {
    return u16(static_cast<std::uint16_t>(value >> 16)) + u16(static_cast<std::uint16_t>(value & 0xFFFF));
}

dns::Wire wire_of(const std::string& bytes) {
    return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

constexpr std::uint16_t class_in = 1;

}  // namespace

std::string wire_name(const Labels& labels) {
    std::string wire;
    for (const std::string& label : labels) wire += static_cast<char>(label.size()) + label;
    return wire + '\0';
}

std::string character_string(std::string_view bytes) {
    return static_cast<char>(bytes.size()) + std::string(bytes);
}

void fill_with(Event& event, std::string_view opaque) {
    event.identity = event.version = event.extra = event.input = opaque;
    event.policy = {.present = true,
                    .type = opaque,
                    .rule = opaque,
                    .action = PolicyAction::nxdomain,
                    .match = PolicyMatch::qname,
                    .value = opaque};
}

EventBuilder::EventBuilder() {
    event_.id = {0x0123456789ABCDEF, 0x2A};
    event_.received = {1'795'209'823, 0};
    event_.identity = "ns1.example";
    event_.version = "BIND 9.18";
    event_.query = {{{198, 51, 100, 7}, 4}, 40'000};
    event_.response = {{{192, 0, 2, 53}, 4}, 53};
    event_.protocol = SocketProtocol::udp;
    event_.time_digits = 6;
    type(MessageType::client_response);
}

EventBuilder& EventBuilder::type(MessageType type) {
    event_.type = type;
    event_.type_number = static_cast<std::uint64_t>(type);
    event_.is_response = type != MessageType::unknown && event_.type_number % 2 == 0;
    event_.time = {1'795'209'822, 143'733'000};
    event_.query_time = event_.is_response ? std::nullopt : std::optional(event_.time);
    event_.response_time = event_.is_response ? std::optional(event_.time) : std::nullopt;
    return *this;
}

EventBuilder& EventBuilder::question(Labels labels, std::uint16_t qtype) {
    question_ = std::move(labels);
    qtype_ = qtype;
    return *this;
}

EventBuilder& EventBuilder::no_question() {
    has_question_ = false;
    return *this;
}

EventBuilder& EventBuilder::answer(const Labels& owner, std::uint16_t type, std::string rdata,
                                   std::uint32_t ttl) {
    ++answers_;
    answer_bytes_ += wire_name(owner) + u16(type) + u16(class_in) + u32(ttl) +
                     u16(static_cast<std::uint16_t>(rdata.size())) + rdata;
    return *this;
}

EventBuilder& EventBuilder::flags(std::uint16_t flags) {
    flags_ = static_cast<std::uint16_t>((flags_ & 0x000F) | flags);
    return *this;
}

EventBuilder& EventBuilder::rcode(std::uint16_t rcode) {
    flags_ = static_cast<std::uint16_t>((flags_ & 0xFFF0) | rcode);
    return *this;
}

EventBuilder& EventBuilder::zone(const Labels& labels) {
    zone_ = wire_name(labels);
    return *this;
}

EventBuilder& EventBuilder::wire(std::string bytes) {
    given_wire_ = std::move(bytes);
    return *this;
}

const Event& EventBuilder::build() {
    wire_ = given_wire_.empty() ? message() : given_wire_;
    event_.has_message = true;
    event_.dns.parse(wire_of(wire_));
    if (event_.dns.malformed != nullptr) event_.kind = EventKind::malformed;
    event_.query_zone = wire_of(zone_);
    qname_.clear();
    event_.has_question = !event_.dns.questions.empty();
    if (event_.has_question) {
        append_name(qname_, event_.dns.wire, event_.dns.questions[0].name);
        event_.qtype = event_.dns.questions[0].type;
        event_.qclass = event_.dns.questions[0].qclass;
    } else if (!zone_.empty()) {
        append_name(qname_, event_.query_zone, 0);
    }
    event_.qname = qname_.view();
    return event_;
}

std::string EventBuilder::message() const {
    std::string message =
        u16(0x1234) + u16(flags_) + u16(has_question_ ? 1 : 0) + u16(answers_) + u16(0) + u16(0);
    if (has_question_) message += wire_name(question_) + u16(qtype_) + u16(class_in);
    return message + answer_bytes_;
}

}  // namespace tapferry::test
