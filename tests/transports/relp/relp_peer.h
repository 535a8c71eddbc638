// The far side of RELP, driven by the test, and a receiver that speaks it.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <string_view>

#include "tests/transports/scripted_receiver.h"

namespace tapferry {

struct RelpPeer {
    struct Frame {
        std::string number;
        std::string command;  // empty: the connection has ended
        std::string data;
    };

    // Anything that reads and writes.
    template <typename Connection>
    explicit RelpPeer(Connection& connection)
        : read_bytes([&connection](std::size_t count) { return connection.read(count); }),
          write([&connection](std::string_view bytes) { connection.write(bytes); }) {}

    Frame read() {
        Frame frame;
        frame.number = word();
        frame.command = word();
        if (frame.command.empty()) return frame;
        frame.data = read_bytes(std::stoul("0" + word()));
        if (last != '\n') CHECK(read_bytes(1) == "\n");
        return frame;
    }
    void answer(const std::string& number, const std::string& data = "200 OK") {
        write(number + " rsp " + std::to_string(data.size()) + " " + data + "\n");
    }
    // Takes the sender's offer.
    void open() {
        const Frame offer = read();
        CHECK(offer.command == "open");
        CHECK(offer.data == "relp_version=0\nrelp_software=tapferry\ncommands=syslog");
        answer(offer.number, "200 OK\nrelp_version=0\nrelp_software=test\ncommands=syslog");
    }
    // The data of the next message.
    std::string take() {
        const Frame message = read();
        CHECK(message.command == "syslog");
        answer(message.number);
        return message.data;
    }
    // Nothing comes any more.
    void see_end() { CHECK(read().command.empty()); }

    std::function<std::string(std::size_t)> read_bytes;
    std::function<void(std::string_view)> write;
    char last = '\0';

  private:
    // Up to the next space or line feed.
    std::string word() {
        std::string text;
        for (;;) {
            const std::string letter = read_bytes(1);
            if (letter.empty()) return {};
            last = letter[0];
            if (last == ' ' || last == '\n') return text;
            text += last;
        }
    }
};

using RelpReceiver = ScriptedReceiver<RelpPeer>;

}  // namespace tapferry
