// Any bytes as what a receiver of the forward protocol sends, whole and in pieces, with and without a key.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/fluent_properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const std::size_t piece : {size + 1, std::size_t{1}, std::size_t{7}}) {
        for (const bool key : {false, true}) {
            const std::string broken = tapferry::test::broken_by_receiver(bytes, piece, key);
            if (broken.empty()) continue;
            std::fputs((broken + "\n").c_str(), stderr);
            std::abort();
        }
    }
    return 0;
}
