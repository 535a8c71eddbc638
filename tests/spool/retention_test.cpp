#include <doctest/doctest.h>

#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

// A frame of 100 bytes in a block of its own.
constexpr std::uint64_t block_bytes = 56 + 8 + 100;

}  // namespace

TEST_CASE("at max_bytes the oldest segment goes, and a reader behind is told exactly what") {
    const TemporaryFolder folder;
    SpoolOptions options = small_spool(folder, 2 * block_bytes);
    options.max_bytes = 2000;
    Spool spool(options, posix_disk());
    for (int i = 0; i < 100; ++i) {
        REQUIRE(append_frames(spool, {100}).appended);
        REQUIRE(spool.bytes() <= options.max_bytes);
    }
    const std::uint64_t begin = number(spool.begin());
    CHECK(begin > 80);
    CHECK(spool.end() == Position{101});
    const Account account = read_all(options.directory);
    CHECK(account.text.starts_with("1-" + std::to_string(begin - 1) + "(retention) "));
    CHECK(account.lost == begin - 1);
    CHECK(account.frames == 101 - begin);
    CHECK(account.contiguous);
}

TEST_CASE("frames of one segment are dropped to make room when there is no other") {
    const TemporaryFolder folder;
    SpoolOptions options = small_spool(folder, 1 << 20);
    options.max_bytes = 100'000;
    Spool spool(options, posix_disk());
    for (int i = 0; i < 10; ++i) {
        REQUIRE(append_frames(spool, {90'000}).appended);
        REQUIRE(spool.bytes() <= options.max_bytes);
    }
    CHECK(read_all(options.directory).text == "1-9(retention) 10-10");
}

TEST_CASE("a segment that vanishes while it is read is read to its end") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder, 2 * block_bytes + 60), posix_disk());
    for (int i = 0; i < 6; ++i) REQUIRE(append_frames(spool, {100}).appended);
    SpoolReader reader(folder.path() / "spool", posix_disk(), first_position);
    CHECK(std::holds_alternative<SpoolBlock>(reader.next()));
    spool.trim(Position{3});
    CHECK(read_all(reader).text == "2-2 3-3 4-4 5-5 6-6");
}

TEST_CASE("segments that vanish before they are opened are a gap of reason retention") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder, 2 * block_bytes), posix_disk());
    for (int i = 0; i < 10; ++i) REQUIRE(append_frames(spool, {100}).appended);
    SpoolReader reader(folder.path() / "spool", posix_disk(), first_position);
    CHECK(std::holds_alternative<SpoolBlock>(reader.next()));
    spool.trim(Position{7});
    CHECK(spool.begin() == Position{7});
    CHECK(read_all(reader).text == "2-2 3-6(retention) 7-7 8-8 9-9 10-10");
    reader.seek(Position{4});
    CHECK(read_all(reader).text == "4-6(retention) 7-7 8-8 9-9 10-10");
}

TEST_CASE("a segment that somebody removed is told, and its neighbours are read") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder, 2 * block_bytes), posix_disk());
    for (int i = 0; i < 7; ++i) REQUIRE(append_frames(spool, {100}).appended);
    const auto files = segment_files(folder.path() / "spool");
    REQUIRE(files.size() == 4);
    std::filesystem::remove(files[1]);
    CHECK(read_all(folder.path() / "spool").text == "1-1 2-2 3-4(retention) 5-5 6-6 7-7");
    spool.trim(Position{5});
    CHECK(spool.begin() == Position{5});
}

TEST_CASE("trimming unlinks what lies wholly before the position, and never the active segment") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder, 2 * block_bytes), posix_disk());
    for (int i = 0; i < 5; ++i) REQUIRE(append_frames(spool, {100}).appended);
    const auto segments = [&] { return segment_files(folder.path() / "spool").size(); };
    CHECK(segments() == 3);
    spool.trim(Position{2});
    CHECK(segments() == 3);
    spool.trim(Position{3});
    CHECK(segments() == 2);
    CHECK(spool.begin() == Position{3});
    spool.trim(Position{6});
    CHECK(segments() == 1);
    CHECK(spool.begin() == Position{5});
    CHECK(read_all(folder.path() / "spool", Position{5}).text == "5-5");
}

TEST_CASE("a slow trickle rolls by age, so that what all routes have passed can go") {
    const TemporaryFolder folder;
    SpoolOptions options = small_spool(folder);
    options.segment_age = std::chrono::milliseconds(0);
    Spool spool(options, posix_disk());
    spool.roll_when_old();
    CHECK(segment_files(options.directory).size() == 1);  // no frames, no roll
    SpoolReader reader(options.directory, posix_disk(), first_position);
    for (std::uint64_t i = 1; i < 10; ++i) {
        REQUIRE(append_frames(spool, {100}).appended);
        spool.roll_when_old();
        CHECK(read_all(reader).text == std::to_string(i) + "-" + std::to_string(i));
        spool.trim(reader.position());
        CHECK(segment_files(options.directory).size() == 1);
        CHECK(spool.bytes() == 0);
    }
}

TEST_CASE("segments of earlier runs count towards max_bytes and are trimmed like any") {
    const TemporaryFolder folder;
    SpoolOptions options = small_spool(folder, 2 * block_bytes);
    {
        Spool spool(options, posix_disk());
        for (int i = 0; i < 20; ++i) REQUIRE(append_frames(spool, {100}).appended);
    }
    options.max_bytes = 1500;
    Spool spool(options, posix_disk());
    CHECK(spool.bytes() > options.max_bytes);
    REQUIRE(append_frames(spool, {100}).appended);
    CHECK(spool.bytes() <= options.max_bytes);
    CHECK(spool.begin() > Position{10});
    const std::uint64_t begin = number(spool.begin());
    CHECK(read_all(options.directory).text.starts_with("1-" + std::to_string(begin - 1) + "(retention) "));
    spool.trim(spool.end());
    CHECK(read_all(options.directory, spool.begin()).text == "21-21");
}

}  // namespace tapferry
