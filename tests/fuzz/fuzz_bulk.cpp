// Any bytes as the answer to a `_bulk` request; see bulk_properties.h.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/bulk_properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string broken =
        tapferry::test::broken_by_bulk_answer({reinterpret_cast<const char*>(data), size});
    if (!broken.empty()) {
        std::fprintf(stderr, "%s\n", broken.c_str());
        std::abort();
    }
    return 0;
}
