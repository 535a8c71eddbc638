// When and how the log is brought to the disk.
#include <doctest/doctest.h>

#include <cerrno>
#include <functional>
#include <thread>

#include "agent/spool/block_format.h"
#include "tests/spool/faulty_disk.h"
#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

// Whether it became true; gives up after a minute.
bool wait_until(const std::function<bool()>& condition) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!condition() && std::chrono::steady_clock::now() < limit)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return condition();
}

SpoolOptions synced_spool(const TemporaryFolder& folder, std::optional<std::chrono::milliseconds> sync) {
    SpoolOptions options = small_spool(folder, 1000);
    options.sync = sync;
    return options;
}

}  // namespace

TEST_CASE("never means that nothing is ever synced") {
    const TemporaryFolder folder;
    FaultyDisk disk;
    {
        Spool spool(synced_spool(folder, std::nullopt), disk);
        for (int i = 0; i < 20; ++i) REQUIRE(append_frames(spool, {100}).appended);
    }
    CHECK(disk.syncs == 0);
}

TEST_CASE("always syncs what was appended, without being asked") {
    const TemporaryFolder folder;
    FaultyDisk disk;
    Spool spool(synced_spool(folder, std::chrono::milliseconds(0)), disk);
    for (int i = 0; i < 5; ++i) {
        const std::uint64_t before = disk.syncs;
        REQUIRE(append_frames(spool, {100}).appended);
        CHECK(wait_until([&] { return disk.syncs > before; }));
    }
}

TEST_CASE("an interval gathers what was appended into few syncs, and the end syncs what is left") {
    const TemporaryFolder folder;
    FaultyDisk disk;
    {
        Spool spool(synced_spool(folder, std::chrono::hours(1)), disk);
        for (int i = 0; i < 100; ++i) REQUIRE(append_frames(spool, {100}).appended);
        CHECK(disk.syncs == 0);
    }
    // Each of the segments once, and their directory.
    const std::size_t segments = segment_files(folder.path() / "spool").size();
    CHECK(segments > 10);
    CHECK(disk.syncs == segments + 1);
}

TEST_CASE("a sync that a signal interrupts is asked for again, and is no failure") {
    const TemporaryFolder folder;
    FaultyDisk disk;
    disk.sync_error = EINTR;
    Spool spool(synced_spool(folder, std::chrono::milliseconds(0)), disk);
    REQUIRE(append_frames(spool, {100}).appended);
    CHECK(wait_until([&] { return disk.syncs > 10; }));
    disk.sync_error = 0;
    const std::uint64_t interrupted = disk.syncs;
    CHECK(wait_until([&] { return disk.syncs > interrupted; }));
    CHECK_FALSE(spool.take_doubt());
}

TEST_CASE("appending does not wait for a sync that hangs") {
    const TemporaryFolder folder;
    FaultyDisk disk;
    disk.sync_hangs = true;
    Spool spool(synced_spool(folder, std::chrono::milliseconds(0)), disk);
    REQUIRE(append_frames(spool, {100}).appended);
    REQUIRE(wait_until([&] { return disk.syncs == 1; }));
    for (int i = 0; i < 100; ++i) REQUIRE(append_frames(spool, {100}).appended);
    CHECK(disk.syncs == 1);
    disk.sync_hangs = false;
    disk.sync_hangs.notify_all();
    CHECK(wait_until([&] { return disk.syncs > 1; }));
}

TEST_CASE(
    "a sync that failed is not tried again: the segment is sealed as doubtful, another begun, and it is "
    "told") {
    const TemporaryFolder folder;
    FaultyDisk disk;
    SpoolOptions options = synced_spool(folder, std::chrono::milliseconds(0));
    options.segment_bytes = 1 << 20;
    Spool spool(options, disk);
    disk.sync_error = EIO;
    REQUIRE(append_frames(spool, {100}).appended);
    std::optional<std::string> doubt;
    REQUIRE(wait_until([&] { return doubt || (doubt = spool.take_doubt()); }));
    CHECK(doubt->find("Input/output error") != std::string::npos);
    disk.sync_error = 0;
    const auto files = segment_files(options.directory);
    REQUIRE(files.size() >= 2);
    // Its last block is a seal that says so.
    const Bytes bytes = read_file(files.front());
    CHECK(bytes[bytes.size() - block_header_bytes - 1 + 4] == static_cast<std::uint8_t>(BlockType::seal));
    CHECK(bytes.back() == 1);
    REQUIRE(append_frames(spool, {100}).appended);
    CHECK(read_all(options.directory).text == "1-1 2-2");
    CHECK(read_file(files.front()).size() == bytes.size());
}

TEST_CASE("one failed sync begins one segment") {
    const TemporaryFolder folder;
    FaultyDisk disk;
    SpoolOptions options = synced_spool(folder, std::chrono::milliseconds(0));
    options.segment_bytes = 1 << 20;
    Spool spool(options, disk);
    REQUIRE(append_frames(spool, {100}).appended);
    // The file's, and its directory's.
    REQUIRE(wait_until([&] { return disk.syncs >= 2; }));
    const std::uint64_t before = disk.syncs;
    disk.sync_error = ENOSPC;
    REQUIRE(append_frames(spool, {100}).appended);
    REQUIRE(wait_until([&] { return disk.syncs > before; }));
    disk.sync_error = 0;
    bool told = false;
    REQUIRE(wait_until([&] { return told || (told = spool.take_doubt().has_value()); }));
    for (int i = 0; i < 10; ++i) {
        REQUIRE(append_frames(spool, {100}).appended);
        CHECK_FALSE(spool.take_doubt().has_value());
    }
    CHECK(segment_files(options.directory).size() == 2);
}

}  // namespace tapferry
