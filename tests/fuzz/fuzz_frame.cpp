// Any bytes as a dnstap frame, through the decoder and every encoder: each record is one line of printable
// ASCII.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "encoders/make_encoder.h"
#include "proto/decoder.h"

using namespace tapferry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<std::unique_ptr<Encoder>> encoders = [] {
        std::vector<std::unique_ptr<Encoder>> all;
        for (const auto name : format_names()) all.push_back(make_encoder(*default_format(name)));
        return all;
    }();
    static Decoder decoder;
    static Event event;
    const FrameOrigin origin{{1, 1}, {1795209822, 0}, "fuzz"};
    if (decoder.decode({data, size}, origin, event) == DecodeStatus::undecodable) return 0;
    for (const auto& encoder : encoders) {
        RecordBuffer records(Framing::newline);
        encoder->encode(event, records);
        encoder->close(records);
        for (const Record& record : records.records()) {
            if (record.invalid) std::abort();
            for (const char c : records.content(record))
                if (c < 0x20 || c > 0x7e) std::abort();
        }
    }
    return 0;
}
