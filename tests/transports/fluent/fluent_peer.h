// The far side of the forward protocol, driven by the test, and a receiver that speaks it.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <string_view>

#include "tests/transports/scripted_receiver.h"
#include "transports/fluent/msgpack.h"

namespace tapferry {

struct FluentPeer {
    struct Chunk {
        std::string tag;
        std::string entries;
        std::string size;   // as one byte
        std::string chunk;  // empty: it asks for no acknowledgement
    };

    // Anything that reads and writes.
    template <typename Connection>
    explicit FluentPeer(Connection& connection)
        : read([&connection](std::size_t count) { return connection.read(count); }),
          write([&connection](std::string_view bytes) { connection.write(bytes); }) {}

    // The next chunk as Tapferry writes it; without a tag: the connection has ended.
    Chunk read_chunk() {
        Chunk got;
        if (read(1) != "\x93") return got;
        got.tag = read_text();
        CHECK(read(1) == "\xC6");
        got.entries = read(number(4));
        const bool named = read(1) == "\x82";
        CHECK(read_text() == "size");
        got.size = read(1);
        if (!named) return got;
        CHECK(read_text() == "chunk");
        got.chunk = read_text();
        return got;
    }
    std::string read_text() {
        const std::size_t type = number(1);
        return read(type == 0xD9 ? number(1) : type & 0x1F);
    }
    void acknowledge(const std::string& chunk) {
        std::string out;
        msgpack::append_map(out, 1);
        msgpack::append_text(out, "ack");
        msgpack::append_text(out, chunk);
        write(out);
    }
    // Acknowledges the next chunk and gives its entries.
    std::string take() {
        const Chunk chunk = read_chunk();
        CHECK(chunk.tag == "dns");
        acknowledge(chunk.chunk);
        return chunk.entries;
    }
    void see_end() { CHECK(read(1).empty()); }

    std::function<std::string(std::size_t)> read;
    std::function<void(std::string_view)> write;

  private:
    std::size_t number(std::size_t size) {
        std::size_t value = 0;
        for (const char byte : read(size)) value = value << 8 | static_cast<unsigned char>(byte);
        return value;
    }
};

using FluentReceiver = ScriptedReceiver<FluentPeer>;

}  // namespace tapferry
