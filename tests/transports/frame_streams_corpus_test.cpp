// The fuzzer's corpus: what receivers say, and what they should not.
#include <doctest/doctest.h>

#include <filesystem>

#include "tests/fuzz/frame_streams_properties.h"
#include "tests/transports/transport_fixture.h"

namespace tapferry {

TEST_CASE("whatever a receiver of Frame Streams sends, a session goes forward, waits for little and ends") {
    std::size_t answers = 0;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(TAPFERRY_SOURCE_DIR) /
                                                                 "tests/fuzz/corpus/frame_streams")) {
        const std::string bytes = content_of(entry.path());
        CAPTURE(entry.path().filename().string());
        for (const std::size_t piece : {bytes.size() + 1, std::size_t{1}, std::size_t{7}})
            CHECK(test::broken_by_receiver(bytes, piece) == "");
        ++answers;
    }
    CHECK(answers > 10);
}

}  // namespace tapferry
