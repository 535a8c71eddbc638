// Members that several of the formats that are JSON have in common. Each begins with its comma and is left
// out when the event has nothing for it.
#pragma once

#include <string_view>

#include "encoders/json/json_line.h"
#include "encoders/records.h"
#include "encoders/remembered_text.h"

namespace tapferry {

// What follows the sections takes less than this: EDNS with errors and options, registered domain, places,
// zone, policy, extra and labels, with each byte escaped.
inline constexpr std::size_t room_after_sections = 15 * 1024;

// A text of opaque bytes that seldom changes; `prefix` up to the value's quote.
inline void append_remembered(JsonLine& line, std::string_view prefix, std::string_view bytes,
                              RememberedText& text) {
    if (!bytes.empty()) line.put(text.text_of(prefix, bytes, escape_json, "\""));
}

// Ends the record that is `line`, and has it counted when something was left out.
inline void close_record(const JsonLine& line, RecordBuffer& records) {
    if (line.clipped) {
        CutFields cut;
        cut.add(CutField::answers);
        records.cut(cut);
    }
    records.close(line.event);
}

// The names of the members that say where an address is, each with comma, colon and, before a text, a quote.
// An empty one is not written.
struct PlaceMembers {
    std::string_view country;
    std::string_view city;
    std::string_view as_number;
    std::string_view as_organization;
};
void append_known_place(JsonLine&, const GeoPlace&, const PlaceMembers&);
inline void append_place(JsonLine& line, const GeoPlace& place, const PlaceMembers& members) {
    if (place.present()) append_known_place(line, place, members);
}

// ,"protocol":… ,"http_protocol":…
void append_protocol(JsonLine&);
// ,"edns":{…}
void append_edns(JsonLine&);
// ,"policy":{…}
void append_present_policy(JsonLine&);
inline void append_policy(JsonLine& line) {
    if (line.event.policy.present) append_present_policy(line);
}
// `prefix` and the zone's name.
void append_zone(JsonLine&, std::string_view prefix);
// ,"kind":… ,"malformed":…
void append_kind(JsonLine&);
// ,"clipped":true when something was left out up to here ,"time_source":"agent" ,"sample_rate":…
void append_circumstances(JsonLine&);
// ,"labels":{…}
void append_labels(JsonLine&);
// Each label as a member of its own whose name begins with `prefix`, which has its comma and quote.
void append_flat_labels(JsonLine&, std::string_view prefix);

}  // namespace tapferry
