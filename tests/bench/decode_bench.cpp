// What decode() costs: reads a Frame Streams file and decodes all of its frames again and again.
//   decode_bench FILE [ROUNDS]
// Under callgrind, the difference of two runs with different ROUNDS is the cost of decoding alone.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "proto/decoder.h"
#include "tests/support/frame_streams_file.h"

namespace {

int run(const char* path, unsigned long rounds) {
    const auto frames = tapferry::test::read_frame_streams_file(path);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    tapferry::FrameOrigin origin;
    origin.received.seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
    tapferry::Decoder decoder;
    tapferry::Event event;
    std::size_t name_bytes = 0;
    std::size_t undecodable = 0;
    const auto begin = std::chrono::steady_clock::now();
    for (unsigned long round = 0; round < rounds; ++round) {
        for (const auto& frame : frames) {
            if (decoder.decode(frame, origin, event) != tapferry::DecodeStatus::decoded) ++undecodable;
            name_bytes += event.qname.size();
        }
    }
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begin;
    const auto decodes = static_cast<double>(frames.size() * rounds);
    std::printf("frames %zu, rounds %lu, undecodable %zu, qname bytes %zu, %.0f ns a frame\n", frames.size(),
                rounds, undecodable, name_bytes, decodes > 0 ? spent.count() / decodes : 0.0);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: decode_bench FILE [ROUNDS]\n");
        return 2;
    }
    try {
        return run(argv[1], argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "decode_bench: %s\n", error.what());
        return 1;
    }
}
