// Control frames of Frame Streams, as farsightsec's fstrm/control.h describes them: 32-bit big-endian type,
// then fields of 32-bit type, 32-bit length and content. Read by hand, because libfstrm's decoder refuses
// types and fields that its own description says to ignore; the numbers are libfstrm's. Used by who receives
// frames (agent/inputs/) and who sends them (transports/).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tapferry {

inline constexpr std::string_view dnstap_content_type = "protobuf:dnstap.Dnstap";

// Of the payload, that is without the escape and the length before it.
inline constexpr std::size_t min_control_bytes = 4;
inline constexpr std::size_t max_control_bytes = 512;

enum class ControlType : std::uint8_t { accept, start, stop, ready, finish, unknown };

struct ControlFrame {
    ControlType type = ControlType::unknown;
    std::size_t content_types = 0;        // how many the frame names
    bool names_dnstap = false;            // whether dnstap's is one of them
    std::string_view first_content_type;  // opaque bytes, of the payload
};

// Nothing when the payload is malformed. Fields of an unknown kind are passed over.
std::optional<ControlFrame> parse_control(std::span<const std::uint8_t> payload);

// Whole frames, ready to send. READY and ACCEPT name dnstap's content type alone and first, which Unbound
// demands of ACCEPT.
std::span<const std::uint8_t> ready_frame();
std::span<const std::uint8_t> accept_frame();
std::span<const std::uint8_t> finish_frame();

inline std::uint32_t big_endian(const std::uint8_t* p) {
    return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 |
           std::uint32_t{p[3]};
}

}  // namespace tapferry
