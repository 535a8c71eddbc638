// What sort of event one is and how serious, for the formats that have a word or a number for it: the headers
// of CEF and LEEF, MSGID and severity of the syslog header, actions and severities of the JSON formats.
// Constants only, never a byte of the event. Used by the encoders; severities are chosen by the
// configuration.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/event.h"

namespace tapferry {

struct EventClass {
    std::string_view id;    // fits RFC 5424's MSGID: at most 32 characters, no space
    std::string_view name;  // CEF's human-readable name
    std::uint8_t severity;  // CEF: 0 (lowest) to 10; see Severities
};

// All classes; event_class_index() is a place in this list.
inline constexpr std::size_t event_class_count = 9 + notice_kind_count;
std::span<const EventClass> event_classes();
std::size_t event_class_index(const Event&);
const EventClass& event_class(const Event&);

// "DNS/query", "DNS/response", "DNS/update", "DNS/newdomain" or "Agent/notice".
std::string_view event_category(const Event&);
// Whether a response code answers what was asked: NXDOMAIN does.
bool is_success(std::uint16_t rcode);

inline constexpr std::uint8_t max_severity = 10;

// How serious each sort of event is. The response code decides for a DNS-RESPONSE, if it has a severity of
// its own; else the class does.
class Severities {
  public:
    // Of the list of classes; 3 for SERVFAIL and REFUSED.
    Severities();
    // `name`: a class's id or a response code. False: it is neither, or the severity is over max_severity.
    [[nodiscard]] bool set(std::string_view name, std::uint64_t severity);
    [[nodiscard]] std::uint8_t of(const Event& event) const { return of(event, event_class_index(event)); }
    [[nodiscard]] std::uint8_t of(const Event& event, std::size_t class_index) const;
    friend bool operator==(const Severities&, const Severities&) = default;

  private:
    static constexpr std::size_t rcodes = 24;  // those with a name lie below
    static constexpr std::uint8_t as_its_class = 0xFF;
    std::array<std::uint8_t, event_class_count> of_class_;
    std::array<std::uint8_t, rcodes> of_rcode_;
};

// "DNS-QUERY", … and "NOERROR", …: what Severities::set() takes.
std::vector<std::string> severity_names();

// By the severities that nobody has changed.
std::uint8_t event_severity(const Event&);
// The same in the four steps of formats that have few: up to 3, to 5, to 7, and above.
enum class SeverityStep : std::uint8_t { informational, low, medium, high };
inline constexpr std::size_t severity_step_count = 4;
SeverityStep severity_step(const Event&);
// RFC 5424, section 6.2.1: 6 (informational) for severities up to 3, then 5 (notice), 4 (warning), 3 (error);
// never more urgent.
std::uint8_t syslog_severity(std::uint8_t cef_severity);

}  // namespace tapferry
