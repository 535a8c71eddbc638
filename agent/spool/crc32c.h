// CRC32C (Castagnoli, RFC 3720 appendix B.4), the checksum of the spool's blocks and of position slots. Uses
// the processor's instruction where there is one. Pure; any thread.
#pragma once

#include <cstdint>
#include <span>

namespace tapferry {

[[nodiscard]] std::uint32_t crc32c(std::span<const std::uint8_t> bytes);

// The same by table only: what processors without the instruction use. Tests compare the two.
[[nodiscard]] std::uint32_t crc32c_by_table(std::span<const std::uint8_t> bytes);

}  // namespace tapferry
