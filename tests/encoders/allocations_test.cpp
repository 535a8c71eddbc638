// In the steady state an event costs no allocation. A binary of its own, because it replaces operator new.
#include <doctest/doctest.h>

#include "encoders/make_encoder.h"
#include "proto/decoder.h"
#include "tests/encoders/sample_notices.h"
#include "tests/support/allocations.h"
#include "tests/support/frame_streams_file.h"

namespace tapferry::test {
namespace {

// Allocations of encode() and close() over a whole capture; decoding is not counted.
std::size_t encode_all(const std::vector<Frame>& frames, Encoder& encoder, RecordBuffer& records) {
    Decoder decoder;
    Event event;
    std::size_t counted = 0;
    std::uint64_t sequence = 0;
    for (const Frame& frame : frames) {
        const FrameOrigin origin{{1, ++sequence}, {1'795'209'600, 0}, "bind"};
        if (decoder.decode(frame, origin, event) != DecodeStatus::decoded) continue;
        const std::size_t before = allocations().count;
        encoder.encode(event, records);
        counted += allocations().count - before;
    }
    const std::size_t before = allocations().count;
    encoder.close(records);
    counted += allocations().count - before;
    records.clear();
    return counted;
}

}  // namespace

TEST_CASE("in the steady state no event costs an allocation") {
    const auto frames = read_capture("bind-mix-head");
    const auto header = make_syslog_header({});
    for (const std::string_view name : format_names()) {
        CAPTURE(name);
        const auto encoder = make_encoder(*default_format(name));
        RecordBuffer records(Framing::octet_counting, header.get(), encoder->text());
        CHECK(encode_all(frames, *encoder, records) > 0);
        CHECK(encode_all(frames, *encoder, records) == 0);
    }
}

TEST_CASE("nor does an event that is shortened, split or written with other keys, under any header") {
    const auto frames = read_capture("bind-mix-head");
    using Rfc = SyslogHeaderOptions::Rfc;
    const FormatOptions formats[] = {
        CefOptions{.profile = CefOptions::Profile::infoblox, .max_bytes = 600},
        CefOptions{.answers = CefOptions::Answers::one_event_each, .max_bytes = 700},
        LeefOptions{.max_bytes = 600}};
    for (const Rfc rfc : {Rfc::rfc5424, Rfc::rfc3164, Rfc::rfc3164_iso}) {
        const auto header = make_syslog_header({.rfc = rfc});
        for (const FormatOptions& format : formats) {
            CAPTURE(format.index());
            const auto encoder = make_encoder(format);
            RecordBuffer records(Framing::newline, header.get(), encoder->text());
            CHECK(encode_all(frames, *encoder, records) > 0);
            CHECK(encode_all(frames, *encoder, records) == 0);
        }
    }
}

TEST_CASE("nor does a notice, whatever its words") {
    const auto notices = sample_notices();
    const std::string words = hostile_words();
    for (const std::string_view name : format_names()) {
        CAPTURE(name);
        const auto encoder = make_encoder(*default_format(name));
        RecordBuffer records(Framing::newline, nullptr, encoder->text());
        const auto encode = [&] {
            const std::size_t before = allocations().count;
            for (Notice notice : notices) {
                if (notice.kind == NoticeKind::dead_letter) notice.words = words;
                encoder->encode(event_of(notice), records);
            }
            records.clear();
            return allocations().count - before;
        };
        encode();
        CHECK(encode() == 0);
    }
}

}  // namespace tapferry::test
