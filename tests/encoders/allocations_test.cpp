// In the steady state an event costs no allocation. A binary of its own, because it replaces operator new.
#include <doctest/doctest.h>

#include <cstdlib>
#include <new>

#include "encoders/make_encoder.h"
#include "proto/decoder.h"
#include "tests/support/frame_streams_file.h"

namespace {

std::size_t allocations = 0;

void* allocate(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) {
    return allocate(size);
}
void* operator new[](std::size_t size) {
    return allocate(size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    std::free(memory);
}

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
        const std::size_t before = allocations;
        encoder.encode(event, records);
        counted += allocations - before;
    }
    const std::size_t before = allocations;
    encoder.close(records);
    counted += allocations - before;
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
        RecordBuffer records(Framing::octet_counting, header.get());
        CHECK(encode_all(frames, *encoder, records) > 0);
        CHECK(encode_all(frames, *encoder, records) == 0);
    }
}

}  // namespace tapferry::test
