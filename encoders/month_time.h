// Times with the name of a month, in UTC: of RFC 3164's header, of LEEF's devTime and of dnstap-read. The
// caller keeps the SecondText, so that events of one second are rendered once.
#pragma once

#include "proto/event.h"
#include "proto/text_buffer.h"
#include "proto/text_pieces.h"

namespace tapferry {

// "Nov  5 21:23:42": RFC 3164, section 4.1.2.
void append_bsd_time(TextBuffer&, SecondText&, const Timestamp&);
// "Nov 05 2026 21:23:42.143 UTC": Java's "MMM dd yyyy HH:mm:ss.SSS z".
void append_leef_time(TextBuffer&, SecondText&, const Timestamp&);
// "05-Nov-2026 19:57:59.654".
void append_bind_time(TextBuffer&, SecondText&, const Timestamp&);

}  // namespace tapferry
