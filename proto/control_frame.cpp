#include "proto/control_frame.h"

#include <fstrm.h>

namespace tapferry {

namespace {

static_assert(max_control_bytes == FSTRM_CONTROL_FRAME_LENGTH_MAX);

using namespace std::string_view_literals;
constexpr std::string_view ready_bytes =
    "\0\0\0\0\0\0\0\x22\0\0\0\x04\0\0\0\x01\0\0\0\x16protobuf:dnstap.Dnstap"sv;
constexpr std::string_view accept_bytes =
    "\0\0\0\0\0\0\0\x22\0\0\0\x01\0\0\0\x01\0\0\0\x16protobuf:dnstap.Dnstap"sv;
constexpr std::string_view finish_bytes = "\0\0\0\0\0\0\0\x04\0\0\0\x05"sv;
static_assert(ready_bytes.size() == 42 && ready_bytes.ends_with(dnstap_content_type));
static_assert(accept_bytes.size() == 42 && accept_bytes.ends_with(dnstap_content_type));
static_assert(FSTRM_CONTROL_ACCEPT == 1 && FSTRM_CONTROL_START == 2 && FSTRM_CONTROL_STOP == 3 &&
              FSTRM_CONTROL_READY == 4 && FSTRM_CONTROL_FINISH == 5 && FSTRM_CONTROL_FIELD_CONTENT_TYPE == 1);

std::span<const std::uint8_t> as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

ControlType type_of(std::uint32_t number) {
    switch (number) {
        case FSTRM_CONTROL_ACCEPT:
            return ControlType::accept;
        case FSTRM_CONTROL_START:
            return ControlType::start;
        case FSTRM_CONTROL_STOP:
            return ControlType::stop;
        case FSTRM_CONTROL_READY:
            return ControlType::ready;
        case FSTRM_CONTROL_FINISH:
            return ControlType::finish;
        default:
            return ControlType::unknown;
    }
}

}  // namespace

std::optional<ControlFrame> parse_control(std::span<const std::uint8_t> payload) {
    if (payload.size() < min_control_bytes || payload.size() > max_control_bytes) return std::nullopt;
    ControlFrame frame{.type = type_of(big_endian(payload.data())), .first_content_type = {}};
    // What an unknown type carries is its own matter.
    if (frame.type == ControlType::unknown) return frame;

    for (auto rest = payload.subspan(4); !rest.empty();) {
        if (rest.size() < 8) return std::nullopt;
        const std::uint32_t field = big_endian(rest.data());
        const std::uint32_t length = big_endian(rest.data() + 4);
        if (length > rest.size() - 8) return std::nullopt;
        const std::string_view content{reinterpret_cast<const char*>(rest.data()) + 8, length};
        rest = rest.subspan(8 + length);
        if (field != FSTRM_CONTROL_FIELD_CONTENT_TYPE) continue;
        if (length > FSTRM_CONTROL_FIELD_CONTENT_TYPE_LENGTH_MAX) return std::nullopt;
        if (frame.content_types++ == 0) frame.first_content_type = content;
        if (content == dnstap_content_type) frame.names_dnstap = true;
    }
    if (frame.type == ControlType::start && frame.content_types > 1) return std::nullopt;
    return frame;
}

std::span<const std::uint8_t> ready_frame() {
    return as_bytes(ready_bytes);
}
std::span<const std::uint8_t> accept_frame() {
    return as_bytes(accept_bytes);
}
std::span<const std::uint8_t> finish_frame() {
    return as_bytes(finish_bytes);
}

}  // namespace tapferry
