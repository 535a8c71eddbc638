#include <chrono>
#include <iostream>

#include "agent/commands/capture_file.h"
#include "agent/commands/commands.h"
#include "agent/commands/printer.h"

namespace tapferry {

namespace {

Timestamp now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::seconds>(since).count(), 0};
}

struct Decoding {
    Printer printer;
    std::uint64_t frames = 0;  // of all files: the sequence in the ids
    std::uint64_t bad = 0;     // of this file
    bool closed = false;       // standard output

    bool take(std::span<const std::uint8_t> frame) {
        if (!printer.print(frame, {{0, ++frames}, now(), ""})) ++bad;
        if (printer.full()) closed = !printer.flush();
        return !closed;
    }
};

}  // namespace

// What can be shown is shown: a bad frame is counted and passed over, a bad file does not hold up the next
// one.
int decode_command(const DecodeArguments& arguments) {
    Decoding decoding{Printer(arguments.output, arguments.line)};
    bool sound = true;
    const auto complain = [&](const std::string& file, const std::string& words) {
        std::cerr << "tapferry: " << (file == "-" ? "standard input" : file) << ": " << words << '\n';
        sound = false;
    };
    for (const auto& file : arguments.files) {
        decoding.bad = 0;
        const auto result = read_capture(file, [&](auto frame) { return decoding.take(frame); });
        if (decoding.closed || !decoding.printer.flush()) return 0;  // whoever read it has seen enough
        if (!result.words.empty()) complain(file, result.words);
        if (result.oversize != 0)
            complain(file, std::to_string(result.oversize) + " frames above 1 MiB passed over");
        if (decoding.bad != 0)
            complain(file, std::to_string(decoding.bad) + " frames are no dnstap and not shown");
    }
    return sound ? 0 : 1;
}

}  // namespace tapferry
