// What the worst frames cost in each format, in microseconds, the best of many rounds: worst_bench [FORMAT…]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "encoders/make_encoder.h"
#include "proto/decoder.h"
#include "tests/encoders/worst_frames.h"

namespace {

constexpr int rounds = 20;

struct Cost {
    double decoding = std::numeric_limits<double>::max();  // microseconds
    double writing = std::numeric_limits<double>::max();
    std::size_t records = 0;
    std::size_t bytes = 0;
};

using Clock = std::chrono::steady_clock;
double microseconds(Clock::duration span) {
    return std::chrono::duration<double, std::micro>(span).count();
}

Cost measure(const tapferry::test::WorstFrame& frame, tapferry::Encoder& encoder) {
    tapferry::Decoder decoder;
    tapferry::Event event;
    Cost cost;
    for (int round = 0; round < rounds; ++round) {
        tapferry::RecordBuffer records(tapferry::Framing::newline, nullptr, encoder.text());
        const auto begin = Clock::now();
        if (decoder.decode(frame.bytes, {{1, 1}, {1'795'209'600, 0}, "worst"}, event) !=
            tapferry::DecodeStatus::decoded)
            break;
        const auto decoded = Clock::now();
        encoder.encode(event, records);
        encoder.close(records);
        cost.decoding = std::min(cost.decoding, microseconds(decoded - begin));
        cost.writing = std::min(cost.writing, microseconds(Clock::now() - decoded));
        cost.records = records.size();
        cost.bytes = records.bytes();
    }
    return cost;
}

struct Format {
    std::string name;
    tapferry::FormatOptions options;
};

// Each as it is by default, and those that can be split, with a record for each answer too.
std::vector<Format> formats() {
    std::vector<Format> all;
    for (const auto name : tapferry::format_names())
        all.push_back({std::string(name), *tapferry::default_format(name)});
    tapferry::JsonOptions json;
    json.answers = tapferry::JsonOptions::Answers::one_event_each;
    all.push_back({"json-each", json});
    tapferry::CefOptions cef;
    cef.answers = tapferry::CefOptions::Answers::one_event_each;
    all.push_back({"cef-each", cef});
    return all;
}

}  // namespace

int main(int argc, char** argv) {
    const std::span<char*> named(argv + 1, static_cast<std::size_t>(argc - 1));
    for (const auto& frame : tapferry::test::worst_frames()) {
        for (const auto& [format, options] : formats()) {
            if (!named.empty() && std::find(named.begin(), named.end(), format) == named.end()) continue;
            const Cost cost = measure(frame, *tapferry::make_encoder(options));
            std::printf("%-28.*s %-11.*s decode %6.0f µs, write %6.0f µs, %5zu records, %6zu bytes\n",
                        static_cast<int>(frame.name.size()), frame.name.data(),
                        static_cast<int>(format.size()), format.data(), cost.decoding, cost.writing,
                        cost.records, cost.bytes);
        }
    }
}
