#include "agent/spool/spool_read.h"

namespace tapferry {

std::string_view loss_reason_name(LossReason reason) {
    switch (reason) {
        case LossReason::retention:
            return "retention";
        case LossReason::damage:
            return "damage";
        case LossReason::power:
            return "power";
        case LossReason::disk:
            return "disk";
        case LossReason::purge:
            return "purge";
    }
    return "damage";
}

Event event_of(const SpoolNotice& told) {
    Event event;
    event.kind = EventKind::notice;
    event.notice = &told.notice;
    event.id = {told.incarnation, number(told.position)};
    event.input = told.input;
    event.time = event.received = told.received;
    event.time_digits = 3;
    event.time_source = TimeSource::agent;
    return event;
}

}  // namespace tapferry
