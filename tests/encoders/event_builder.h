// Events made by hand for tests of the encoders: a DNS message in wire format, put together from labels, and
// the event around it as a decoder would fill it. What build() returns points into the builder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry::test {

using Labels = std::vector<std::string>;

// Uncompressed wire format.
std::string wire_name(const Labels& labels);
// One character-string of RDATA.
std::string character_string(std::string_view bytes);

// Sets every text that a server or its operator gives. `opaque` is lent as long.
void fill_with(Event& event, std::string_view opaque);

class EventBuilder {
  public:
    // A CLIENT_RESPONSE from 192.0.2.53 to 198.51.100.7 about www.example.test/A, over UDP, RD and RA set.
    EventBuilder();

    EventBuilder& type(MessageType type);
    EventBuilder& question(Labels labels, std::uint16_t qtype = 1);
    EventBuilder& no_question();
    EventBuilder& answer(const Labels& owner, std::uint16_t type, std::string rdata, std::uint32_t ttl = 300);
    EventBuilder& flags(std::uint16_t flags);  // without the response code
    EventBuilder& rcode(std::uint16_t rcode);
    EventBuilder& zone(const Labels& labels);
    EventBuilder& wire(std::string bytes);  // instead of a message put together
    // The rest of the event may be set here; dns and qname are filled by build().
    Event& event() { return event_; }

    const Event& build();

  private:
    [[nodiscard]] std::string message() const;

    Event event_;
    Labels question_{"www", "example", "test"};
    bool has_question_ = true;
    std::uint16_t qtype_ = 1;
    std::uint16_t flags_ = 0x8180;
    std::uint16_t answers_ = 0;
    std::string answer_bytes_;
    std::string zone_;
    std::string wire_;
    std::string given_wire_;
    TextBuffer qname_;
};

}  // namespace tapferry::test
