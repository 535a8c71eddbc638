#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "tests/spool/faulty_disk.h"
#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

// Appends for ever and writes to `pipe`, after each append() that returned, where the log then ends.
[[noreturn]] void append_until_killed(const SpoolOptions& options, int pipe) {
    Spool spool(options, posix_disk());
    for (std::size_t i = 0;; ++i) {
        if (!append_frames(spool, {10 + i % 300, 2000, i % 7 == 0 ? 60'000u : 1u}).appended) ::_exit(1);
        const std::uint64_t end = number(spool.end());
        if (::write(pipe, &end, sizeof end) != sizeof end) ::_exit(2);
    }
}

// The last end that the child told before it was killed, after at least `appends` of them.
std::uint64_t run_and_kill(const SpoolOptions& options, int appends) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::close(ends[0]);
        append_until_killed(options, ends[1]);
    }
    ::close(ends[1]);
    std::uint64_t told = 0;
    std::uint64_t last = 0;
    for (int i = 0; ::read(ends[0], &told, sizeof told) == sizeof told; ++i) {
        last = told;
        if (i == appends) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    return last;
}

}  // namespace

TEST_CASE("after SIGKILL everything whose append returned is read, and no number is used twice") {
    const TemporaryFolder folder;
    const SpoolOptions options = small_spool(folder, 200'000);
    std::uint64_t end_before = 1;
    for (int run = 0; run < 12; ++run) {
        const std::uint64_t told = run_and_kill(options, 3 + 5 * run);
        const SpoolExtent extent = spool_extent(options.directory, posix_disk());
        CHECK(told > end_before);
        CHECK(number(extent.end) >= told);
        const Account account = read_all(options.directory);
        CHECK(account.contiguous);
        CHECK(account.wrong == 0);
        CHECK(account.lost == 0);
        CHECK(account.frames == number(extent.end) - 1);
        end_before = number(extent.end);
    }
}

TEST_CASE("the numbers go on after a clean end, and the incarnation is another") {
    const TemporaryFolder folder;
    std::uint64_t first_incarnation = 0;
    {
        Spool spool(small_spool(folder), posix_disk());
        first_incarnation = spool.incarnation();
        REQUIRE(append_frames(spool, {10, 10}).appended);
    }
    Spool spool(small_spool(folder), posix_disk());
    CHECK(spool.incarnation() != first_incarnation);
    CHECK(spool.begin() == first_position);
    CHECK(spool.end() == Position{3});
    REQUIRE(append_frames(spool, {10}).appended);
    CHECK(segment_files(folder.path() / "spool").size() == 2);
    CHECK(read_all(folder.path() / "spool").text == "1-2 3-3");
}

TEST_CASE("what saved positions know of and the log has not is a gap of reason power") {
    const TemporaryFolder folder;
    {
        Spool spool(small_spool(folder), posix_disk());
        REQUIRE(append_frames(spool, {10, 10}).appended);
    }
    {
        Spool spool(small_spool(folder), posix_disk(), Position{10});
        CHECK(spool.end() == Position{10});
        REQUIRE(append_frames(spool, {10}).appended);
    }
    CHECK(read_all(folder.path() / "spool").text == "1-2 3-9(power) 10-10");
    // A route that had read some of them counts only the rest.
    CHECK(read_all(folder.path() / "spool", Position{7}).text == "7-9(power) 10-10");
    const Spool spool(small_spool(folder), posix_disk(), Position{11});
    CHECK(spool.end() == Position{11});
    CHECK(read_all(folder.path() / "spool", Position{11}).text.empty());
}

TEST_CASE("a directory that was emptied costs what saved positions know of") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder), posix_disk(), Position{1000});
    REQUIRE(append_frames(spool, {10}).appended);
    CHECK(read_all(folder.path() / "spool", Position{900}).text == "900-999(power) 1000-1000");
}

TEST_CASE("a mark beyond every possible number is refused") {
    const TemporaryFolder folder;
    CHECK_THROWS_AS(Spool(small_spool(folder), posix_disk(), Position{~std::uint64_t{0}}), SpoolError);
}

TEST_CASE("any number of runs without frames changes nothing for a reader") {
    // The names of segments with one base are in no order that a reader could rely on.
    for (int round = 0; round < 20; ++round) {
        const TemporaryFolder folder;
        const SpoolOptions options = small_spool(folder);
        { const Spool idle(options, posix_disk()); }
        SpoolReader reader(options.directory, posix_disk(), first_position);
        CHECK(read_all(reader).text.empty());
        { const Spool idle(options, posix_disk()); }
        CHECK(read_all(reader).text.empty());
        {
            Spool spool(options, posix_disk());
            CHECK(read_all(reader).text.empty());
            REQUIRE(append_frames(spool, {10}).appended);
            CHECK(read_all(reader).text == "1-1");
            REQUIRE(append_frames(spool, {10}).appended);
            CHECK(read_all(reader).text == "2-2");
        }
        { const Spool idle(options, posix_disk()); }
        CHECK(read_all(reader).text.empty());
        Spool spool(options, posix_disk());
        REQUIRE(append_frames(spool, {10}).appended);
        CHECK(read_all(reader).text == "3-3");
        CHECK(read_all(options.directory, Position{2}).text == "2-2 3-3");
        reader.seek(Position{2});
        CHECK(read_all(reader).text == "2-2 3-3");
    }
}

TEST_CASE("a log whose frames are all trimmed keeps its numbers over a restart") {
    const TemporaryFolder folder;
    SpoolOptions options = small_spool(folder);
    options.segment_age = std::chrono::milliseconds(0);
    {
        Spool spool(options, posix_disk());
        REQUIRE(append_frames(spool, {10, 10, 10}).appended);
        spool.tick();
        spool.trim(spool.end());
        CHECK(spool.bytes() == 0);
        CHECK(spool.begin() == spool.end());
    }
    Spool spool(options, posix_disk());
    CHECK(spool.end() == Position{4});
    REQUIRE(append_frames(spool, {10}).appended);
    CHECK(read_all(options.directory, Position{4}).text == "4-4");
}

TEST_CASE("a log that died without a seal goes on") {
    const TemporaryFolder folder;
    FaultyDisk disk;
    {
        Spool spool(small_spool(folder), disk);
        REQUIRE(append_frames(spool, {10, 10, 10}).appended);
        disk.die(EIO);
    }
    SpoolReader reader(folder.path() / "spool", posix_disk(), first_position);
    CHECK(read_all(reader).text == "1-3");
    Spool spool(small_spool(folder), posix_disk());
    REQUIRE(append_frames(spool, {10}).appended);
    CHECK(read_all(reader).text == "4-4");
}

}  // namespace tapferry
