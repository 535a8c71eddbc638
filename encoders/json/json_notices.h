// Notices in the formats that are JSON: each has a line of its own, in the place that its readers have for
// what is no DNS message. Used by those formats' encoders.
#pragma once

#include <string_view>

#include "encoders/json/json_line.h"
#include "encoders/records.h"

namespace tapferry {

// Where a notice is written to.
struct NoticeLine {
    SecondText& second;
    RecordBuffer& records;
};

// ,"notice":{"what":…,…}: the same in every format but those that are flat.
void append_notice_object(JsonLine&);

// `end`: from behind the labels.
void append_json_notice(const Event&, NoticeLine, std::string_view end);
// `head`: from behind the time to event's first members.
void append_ecs_notice(const Event&, NoticeLine, std::string_view head);
void append_cim_notice(const Event&, NoticeLine);
// `version`: of the schema. An event of OCSF's class "Base Event", for a notice is no DNS activity.
void append_ocsf_notice(const Event&, NoticeLine, std::string_view version);
void append_asim_notice(const Event&, NoticeLine);
// `path`: begins with "_path":"notice".
void append_zeek_notice(const Event&, NoticeLine, bool path, std::string_view uid);
// `host`: the whole member, with a comma before it.
void append_gelf_notice(const Event&, NoticeLine, std::string_view host);
void append_cof_notice(const Event&, RecordBuffer&, bool trailing_dot, bool array);
void append_summary_notice(const Event&, RecordBuffer&);

}  // namespace tapferry
