// Decodes and encodes a capture over and over, for counting instructions:
//   valgrind --tool=callgrind --toggle-collect='tapferry::JsonEncoder::encode*' encode_bench json bind-mix 1
// A format that aggregates closes its window behind each round; passivedns-each does not.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <span>

#include "encoders/make_encoder.h"
#include "proto/decoder.h"
#include "tests/support/frame_streams_file.h"

namespace {

constexpr std::size_t events_a_batch = 1000;

struct Totals {
    std::size_t events = 0;
    std::size_t records = 0;
    std::size_t bytes = 0;
};

void take(tapferry::RecordBuffer& records, Totals& totals) {
    totals.records += records.size();
    totals.bytes += records.bytes();
    records.clear();
}

Totals run(const std::vector<tapferry::test::Frame>& frames, tapferry::Encoder& encoder, long rounds) {
    tapferry::Decoder decoder;
    tapferry::Event event;
    tapferry::RecordBuffer records(tapferry::Framing::newline);
    Totals totals;
    for (long round = 0; round < rounds; ++round) {
        for (const tapferry::test::Frame& frame : frames) {
            const tapferry::FrameOrigin origin{{1, ++totals.events}, {1'795'209'600, 0}, "bench"};
            if (decoder.decode(frame, origin, event) != tapferry::DecodeStatus::decoded) continue;
            encoder.encode(event, records);
            if (totals.events % events_a_batch == 0) take(records, totals);
        }
        encoder.close(records);
    }
    take(records, totals);
    return totals;
}

std::optional<tapferry::FormatOptions> options_of(std::string_view format) {
    if (format == "passivedns-each")
        return tapferry::PassivednsOptions{.mode = tapferry::PassivednsOptions::Mode::each};
    return tapferry::default_format(format);
}

}  // namespace

int main(int argc, char** argv) {
    const std::span arguments(argv, static_cast<std::size_t>(argc));
    const auto options = argc == 4 ? options_of(arguments[1]) : std::nullopt;
    if (!options) {
        std::fputs("usage: encode_bench FORMAT CAPTURE ROUNDS\n", stderr);
        return 2;
    }
    const auto frames = tapferry::test::read_capture(arguments[2]);
    const auto encoder = tapferry::make_encoder(*options);
    const auto begin = std::chrono::steady_clock::now();
    const Totals totals = run(frames, *encoder, std::strtol(arguments[3], nullptr, 10));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("%zu events, %zu records, %zu bytes, %.0f ns an event\n", totals.events, totals.records,
                totals.bytes, took.count() * 1e9 / static_cast<double>(totals.events));
}
