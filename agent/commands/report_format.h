// How commands tell what they found: for people, or for programs. Chosen by --format.
#pragma once

#include <cstdint>

namespace tapferry {

enum class ReportFormat : std::uint8_t { text, json };

}  // namespace tapferry
