// The fuzzer's corpus: what receivers of the forward protocol say, and what they should not.
#include <doctest/doctest.h>

#include <filesystem>

#include "tests/fuzz/fluent_properties.h"
#include "tests/transports/transport_fixture.h"

namespace tapferry {

TEST_CASE("whatever a receiver of the forward protocol sends, each batch has one fate") {
    std::size_t answers = 0;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(TAPFERRY_SOURCE_DIR) /
                                                                 "tests/fuzz/corpus/fluent")) {
        const std::string bytes = content_of(entry.path());
        CAPTURE(entry.path().filename().string());
        for (const std::size_t piece : {bytes.size() + 1, std::size_t{1}, std::size_t{7}})
            for (const bool key : {false, true}) CHECK(test::broken_by_receiver(bytes, piece, key) == "");
        ++answers;
    }
    CHECK(answers > 5);
}

}  // namespace tapferry
