// Frame Streams out as the tests of it send them: two frames a batch.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/transports/frame_streams_peer.h"
#include "tests/transports/transport_fixture.h"
#include "transports/stream.h"

namespace tapferry {

struct FramesSender {
    explicit FramesSender(std::vector<Address> addresses) {
        options.addresses = std::move(addresses);
        options.framing = Framing::frame_streams;
        options.replay_window = 0s;
    }
    FramesSender(const FramesReceiver& receiver) : FramesSender(std::vector{receiver.address()}) {}

    Stream& stream() { return transport ? *transport : transport.emplace(options); }
    void submit(std::uint64_t ticket = 1) {
        REQUIRE(stream().submit({records}, Ticket{ticket}, long_from_now()));
    }
    // Up to its first outcome.
    Outcome send(std::uint64_t ticket = 1) { return deliver(stream(), {records}, Ticket{ticket}); }
    std::string outcomes(std::size_t count) { return summary(outcomes_of(stream(), count)); }

    StreamOptions options;
    RecordBuffer records = records_of({"one", "two"}, Framing::frame_streams);
    std::optional<Stream> transport;
};

inline void take_both(FramesPeer& peer) {
    peer.take("one");
    peer.take("two");
}

inline std::string with(const std::string& words, const Address& address) {
    return "Frame Streams with " + address.text + ": " + words;
}

// For whom only the connection's end makes anything accepted.
inline constexpr auto never = 1h;

}  // namespace tapferry
