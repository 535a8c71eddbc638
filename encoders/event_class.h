// What an event is called by the formats that name classes: CEF's header, and MSGID and severity of the
// syslog header. Constants only, never a byte of the event. Used by cef.cpp and syslog_header.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "proto/event.h"

namespace tapferry {

struct EventClass {
    std::string_view id;    // fits RFC 5424's MSGID: at most 32 characters, no space
    std::string_view name;  // CEF's human-readable name
    std::uint8_t severity;  // CEF: 0 (lowest) to 10
};

// All classes; event_class_index() is a place in this list.
std::span<const EventClass> event_classes();
std::size_t event_class_index(const Event&);
const EventClass& event_class(const Event&);

// The class's severity; 3 for a DNS-RESPONSE with SERVFAIL or REFUSED.
std::uint8_t event_severity(const Event&);
// RFC 5424, section 6.2.1: 6 (informational) for severities up to 3, then 5 (notice), 4 (warning), 3 (error);
// never more urgent.
std::uint8_t syslog_severity(std::uint8_t cef_severity);

}  // namespace tapferry
