// Any bytes as what a receiver of Frame Streams sends, whole and in pieces.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/frame_streams_properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const std::size_t piece : {size + 1, std::size_t{1}, std::size_t{7}}) {
        const std::string broken = tapferry::test::broken_by_receiver(bytes, piece);
        if (broken.empty()) continue;
        std::fputs((broken + "\n").c_str(), stderr);
        std::abort();
    }
    return 0;
}
