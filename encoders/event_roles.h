// What the schemas of others (ECS, CIM, OCSF, ASIM, Zeek, CEF) ask of an event and dnstap does not say
// itself: which way it went, which end is the DNS server, how it ended. Used by their encoders.
#pragma once

#include <cstdint>
#include <string_view>

#include "proto/event.h"
#include "proto/text_pieces.h"

namespace tapferry {

// As the DNS server sees it: clients and secondaries ask it, it asks others.
enum class Direction : std::uint8_t { unknown, inbound, outbound };
Direction direction_of(const Event&);

// The end that is the DNS server whose event it is; when the direction is unknown, the one that was asked.
const Endpoint& server_end(const Event&);

// Of responses: NOERROR and NXDOMAIN are a success, for both are an answer. An unanswered query is a failure.
enum class EventOutcome : std::uint8_t { unknown, success, failure };
EventOutcome outcome_of(const Event&);

// ip_transport() in lower case, and IANA's number of it, 0 when it is not known.
std::string_view transport_name(const Event&);
std::uint8_t transport_number(const Event&);

// Whether the query is known to have been answered by this response: both times are known.
bool is_exchange(const Event&);

// What stands before the registered domain in the name asked, without the dot between; empty: nothing does.
std::string_view subdomain_of(const Event&);

// Since 1970, never negative.
std::uint64_t milliseconds_of(const Timestamp&);

// An address that is written more than once.
class WrittenAddress {
  public:
    explicit WrittenAddress(const IpAddress& address) : end_(AddressText{address}.write(text_)) {}
    [[nodiscard]] bool empty() const { return end_ == text_; }
    [[nodiscard]] std::string_view view() const { return {text_, end_}; }
    WrittenAddress(const WrittenAddress&) = delete;
    WrittenAddress& operator=(const WrittenAddress&) = delete;

  private:
    char text_[AddressText::room];
    char* end_;
};

}  // namespace tapferry
