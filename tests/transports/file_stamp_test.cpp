#include "transports/file_stamp.h"

#include <fstream>

#include "tests/transports/transport_fixture.h"

namespace tapferry {

TEST_CASE("a file that another one was put in place of has changed, though it has the same time and length") {
    const TemporaryFolder folder;
    const auto path = folder.path("key");
    std::ofstream(path) << "old";
    const FileStamp before = stamp_of(path);
    CHECK(stamp_of(path) == before);
    std::ofstream(folder.path("new")) << "new";
    std::filesystem::last_write_time(folder.path("new"), std::filesystem::last_write_time(path));
    std::filesystem::rename(folder.path("new"), path);
    CHECK(stamp_of(path) != before);
    std::filesystem::remove(path);
    CHECK(stamp_of(path) == FileStamp{});
}

}  // namespace tapferry
