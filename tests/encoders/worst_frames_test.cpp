// What a stranger sends decides neither memory nor length. Work is counted in bytes that are asked for, of
// which all text that is written and thrown away takes its share; tests/bench/worst_bench shows the time. A
// binary of its own, because it replaces operator new.
#include "tests/encoders/worst_frames.h"

#include <doctest/doctest.h>

#include "encoders/bounds.h"
#include "encoders/make_encoder.h"
#include "proto/decoder.h"
#include "proto/dns_text.h"
#include "tests/proto/wire_builder.h"
#include "tests/support/allocations.h"

namespace tapferry::test {
namespace {

constexpr std::size_t one_mebibyte = 1 << 20;

// What decoding and writing one frame asks for, by a decoder and a buffer that have not seen any.
std::size_t cost(const WorstFrame& frame, Encoder& encoder, std::size_t& written) {
    Decoder decoder;
    Event event;
    RecordBuffer records(Framing::newline, nullptr, encoder.text());
    const std::size_t before = allocations().bytes;
    REQUIRE(decoder.decode(frame.bytes, {{1, 1}, {1'795'209'600, 0}, "worst"}, event) ==
            DecodeStatus::decoded);
    encoder.encode(event, records);
    encoder.close(records);
    written = records.bytes();
    return allocations().bytes - before;
}

}  // namespace

TEST_CASE("the worst frames have 64 KiB, or nearly") {
    for (const WorstFrame& frame : worst_frames()) {
        CAPTURE(frame.name);
        CHECK(frame.bytes.size() <= 65'536);
        CHECK(frame.bytes.size() >= 54'000);
    }
}

TEST_CASE("no frame costs more than one mebibyte in any format") {
    for (const WorstFrame& frame : worst_frames()) {
        CAPTURE(frame.name);
        for (const std::string_view name : format_names()) {
            CAPTURE(name);
            std::size_t written = 0;
            CHECK(cost(frame, *make_encoder(*default_format(name)), written) <= one_mebibyte);
            CHECK(written <= one_mebibyte / 4);
        }
    }
}

TEST_CASE("no record is longer than 32 KiB, also with as many labels as the configuration takes") {
    const std::string value(255, '"');
    std::vector<Label> labels;
    for (const char* name : {"a", "b", "c"}) labels.push_back({name, value});
    const std::string name(max_label_bytes - 3 * (1 + 2 * value.size() + 12) - 13, 'n');
    labels.push_back({name, "x"});
    Decoder decoder;
    Event event;
    for (const WorstFrame& frame : worst_frames()) {
        CAPTURE(frame.name);
        for (const std::string_view format : format_names()) {
            CAPTURE(format);
            const auto encoder = make_encoder(*default_format(format));
            if (encoder->text() == RecordText::bytes || encoder->text() == RecordText::lines) continue;
            REQUIRE(decoder.decode(frame.bytes, {{1, 1}, {1'795'209'600, 0}, "worst"}, event) ==
                    DecodeStatus::decoded);
            event.labels = labels;
            RecordBuffer records(Framing::newline, nullptr, encoder->text());
            encoder->encode(event, records);
            encoder->close(records);
            for (const Record& record : records.records()) CHECK(record.length <= max_event_bytes);
        }
    }
}

TEST_CASE("types of a bitmap that cannot be seen any more are not written") {
    Bytes rdata{0, 4, 27};  // NSEC: the root, and windows whose types have 1,944 and 2,560 characters
    rdata.resize(rdata.size() + 27, 0xFF);
    append(rdata, Bytes{255, 32});
    rdata.resize(rdata.size() + 32, 0xFF);
    dns::ResourceRecord record;
    record.type = 47;
    record.rdata_length = static_cast<std::uint16_t>(rdata.size());
    const std::size_t before = allocations().bytes;
    TextBuffer text;
    CHECK(append_rdata(text, rdata, record, NameEnd::plain, max_rdata_text));
    CHECK(text.size() == max_rdata_text);
    CHECK(allocations().bytes - before <= 4096);  // the least that a buffer asks for
}

}  // namespace tapferry::test
