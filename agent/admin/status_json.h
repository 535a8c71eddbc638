// The agent's status as JSON, for /status and for `tapferry status --format json`, and back into a table for
// people.
#pragma once

#include <string>
#include <string_view>

#include "agent/status.h"

namespace tapferry {

std::string status_json(const AgentStatus& status);

// What `tapferry status` prints of such JSON. Throws std::runtime_error for text that is not a status.
std::string status_table(std::string_view json);

// What `tapferry status --watch` shows of it: how far each destination is behind, in events, bytes and time,
// how fast all goes and how long the spool lasts. No line is wider than `width`. Throws likewise.
std::string status_screen(std::string_view json, std::size_t width);

// Whether every sum of such JSON balances.
bool status_balances(std::string_view json);

}  // namespace tapferry
