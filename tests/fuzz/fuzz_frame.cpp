// Any bytes as a dnstap frame, through the decoder and every encoder; see frame_properties.h.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/frame_properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static tapferry::test::FrameProperties properties;
    const std::string broken = properties.broken_by({data, size});
    if (!broken.empty()) {
        std::fprintf(stderr, "%s\n", broken.c_str());
        std::abort();
    }
    return 0;
}
