// Any bytes as the answer of an HTTP server; see http_properties.h.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/http_properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string broken = tapferry::test::broken_by_answer({reinterpret_cast<const char*>(data), size});
    if (!broken.empty()) {
        std::fprintf(stderr, "%s\n", broken.c_str());
        std::abort();
    }
    return 0;
}
