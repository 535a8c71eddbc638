// A batch for what is asked of receivers' answers: what its records hold does not matter there.
#pragma once

#include <cstddef>

#include "encoders/records.h"
#include "proto/event.h"

namespace tapferry::test {

inline RecordBuffer some_records(std::size_t count, Framing framing = Framing::newline) {
    RecordBuffer made(framing);
    const Event event;
    for (std::size_t i = 0; i < count; ++i) {
        made.open(event).append("{}");
        made.close(event);
    }
    return made;
}

}  // namespace tapferry::test
