// Why a format makes no record of an event. Used by the commands that show events.
#pragma once

#include <string_view>

#include "encoders/options.h"
#include "proto/event.h"

namespace tapferry {

// What the event is, "a query", that the format says nothing of; empty: it does, as far as that can be told
// before.
std::string_view silence_words(const Event& event, const FormatOptions& options);

}  // namespace tapferry
