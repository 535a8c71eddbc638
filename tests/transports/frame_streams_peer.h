// The far side of Frame Streams, driven by the test, and a receiver that speaks it. Built by hand from the
// protocol.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tests/transports/scripted_receiver.h"

namespace tapferry {

namespace frames {

inline std::string number(std::size_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
    return bytes;
}
inline std::string control(std::size_t type, std::string_view fields = {}) {
    return number(0) + number(4 + fields.size()) + number(type) + std::string(fields);
}
inline std::string content_type(std::string_view type) {
    return number(1) + number(type.size()) + std::string(type);
}
inline std::string data(std::string_view frame) {
    return number(frame.size()) + std::string(frame);
}

inline const std::string dnstap = content_type("protobuf:dnstap.Dnstap");
inline const std::string accept = control(1, dnstap);
inline const std::string start = control(2, dnstap);
inline const std::string stop = control(3);
inline const std::string ready = control(4, dnstap);
inline const std::string finish = control(5);

}  // namespace frames

struct FramesPeer {
    // Anything that reads and writes.
    template <typename Connection>
    explicit FramesPeer(Connection& connection)
        : read_bytes([&connection](std::size_t count) { return connection.read(count); }),
          write([&connection](std::string_view bytes) { connection.write(bytes); }),
          end_writing([&connection] { connection.end_writing(); }) {}

    // The next frame, with what stands around it; empty: the connection has ended.
    std::string read() {
        std::string frame = read_bytes(4);
        if (frame.size() < 4) return {};
        if (frame == frames::number(0)) frame += read_bytes(4);
        const std::string_view length = std::string_view(frame).substr(frame.size() - 4);
        std::size_t count = 0;
        for (const char byte : length) count = count << 8 | static_cast<unsigned char>(byte);
        return frame + read_bytes(count);
    }
    // Takes the sender's offer, and its START.
    void open() {
        CHECK(read() == frames::ready);
        write(frames::accept);
        CHECK(read() == frames::start);
    }
    void take(std::string_view frame) { CHECK(read() == frames::data(frame)); }
    // Nothing comes any more.
    void see_end() { CHECK(read().empty()); }
    void see_stop() {
        CHECK(read() == frames::stop);
        write(frames::finish);
        see_end();
    }

    std::function<std::string(std::size_t)> read_bytes;
    std::function<void(std::string_view)> write;
    std::function<void()> end_writing;
};

using FramesReceiver = ScriptedReceiver<FramesPeer>;

}  // namespace tapferry
