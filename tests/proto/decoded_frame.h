// One frame decoded, for the tests of Decoder: kept together, since an event points into its frame and its
// decoder.
#pragma once

#include <utility>

#include "proto/decoder.h"
#include "tests/proto/wire_builder.h"

namespace tapferry::test {

inline constexpr std::uint64_t now = 1795209822;  // 2026-11-20T21:23:42Z

inline const Bytes query_bytes = DnsBuilder("0100", 1).question("www.Example.test", 1).bytes;
inline const Bytes response_bytes =
    DnsBuilder("8180", 1, 1).question("www.example.test", 1).record(1, from_hex("c0000201")).bytes;

// One decoded frame with everything that its event points into.
struct Decoded {
    Bytes frame;
    Decoder decoder;
    Event event;
    DecodeStatus status;

    explicit Decoded(Bytes bytes) : frame(std::move(bytes)) {
        FrameOrigin origin;
        origin.id = {7, 42};
        origin.received = {static_cast<std::int64_t>(now), 5'000'000};
        origin.input = "lab";
        status = decoder.decode(frame, origin, event);
    }
    explicit Decoded(const ProtobufBuilder& message) : Decoded(frame_of(message)) {}
};

inline ProtobufBuilder message_of_type(std::uint64_t type) {
    return ProtobufBuilder().varint(field::type, type);
}

}  // namespace tapferry::test
