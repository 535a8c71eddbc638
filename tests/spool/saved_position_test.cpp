#include "agent/spool/saved_position.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "agent/spool/spool.h"
#include "tests/spool/faulty_disk.h"
#include "tests/spool/memory_disk.h"
#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

constexpr std::size_t file_bytes = 4096 + 512;

SavedPosition numbered_position(std::uint64_t n) {
    SavedPosition saved;
    saved.start = Position{n};
    saved.position = Position{2 * n};
    saved.highest = Position{3 * n};
    saved.incarnation = 4 * n;
    saved.totals = {
        5 * n, 6 * n, 7 * n, 8 * n, 9 * n, 10 * n, 11 * n, 12 * n, {13 * n, 14 * n, 15 * n, 24 * n, 25 * n},
        16 * n};
    saved.open_from = Position{n};
    saved.open = n;
    saved.given_up = {Position{2 * n}, Position{3 * n}};
    saved.untold = {28 * n, 29 * n, 30 * n};
    saved.notices = {17 * n, -static_cast<std::int64_t>(n), {18 * n, 19 * n, 20 * n, 21 * n, 22 * n, 23 * n}};
    return saved;
}

bool is_numbered_position(const SavedPosition& saved, std::uint64_t n) {
    const RouteTotals& t = saved.totals;
    const LedgerCounts& since = saved.notices.since;
    return saved.start == Position{n} && saved.position == Position{2 * n} &&
           saved.highest == Position{3 * n} && saved.incarnation == 4 * n && t.read == 5 * n &&
           t.undecodable == 6 * n && t.filtered == 7 * n && t.rendered == 8 * n && t.delivered == 9 * n &&
           t.dead_lettered == 10 * n && t.records == 11 * n && t.repeated == 12 * n &&
           t.lost == decltype(t.lost){13 * n, 14 * n, 15 * n, 24 * n, 25 * n} && t.paired == 16 * n &&
           saved.given_up == GivenUp{Position{2 * n}, Position{3 * n}} &&
           saved.untold == DeadEvents{28 * n, 29 * n, 30 * n} && saved.open_from == Position{n} &&
           saved.open == n && saved.notices.incarnation == 17 * n &&
           saved.notices.minute == -static_cast<std::int64_t>(n) && since.read == 18 * n &&
           since.lost == 19 * n && since.undecodable == 20 * n && since.filtered == 21 * n &&
           since.paired == 22 * n && since.rendered == 23 * n;
}

// A file that was saved to twice: position 1 in the first slot, 2 in the second.
std::filesystem::path file_with_two_slots(const TemporaryFolder& folder) {
    const auto path = folder.path() / "route";
    PositionFile file(path, posix_disk());
    REQUIRE(file.save(numbered_position(1)));
    REQUIRE(file.save(numbered_position(2)));
    return path;
}

}  // namespace

TEST_CASE("a new position file holds nothing, is not damaged, and has its full length") {
    const TemporaryFolder folder;
    PositionFile file(folder.path() / "route", posix_disk());
    CHECK_FALSE(file.load());
    CHECK_FALSE(file.damaged());
    struct stat status {};
    REQUIRE(::stat((folder.path() / "route").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777u) == 0600);
    CHECK(status.st_size == file_bytes);
}

TEST_CASE("what was saved last is loaded, by this and by the next process") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "route";
    for (std::uint64_t n = 1; n < 20; n += 3) {
        PositionFile file(path, posix_disk());
        for (std::uint64_t i = n; i < n + 3; ++i) {
            REQUIRE(file.save(numbered_position(i)));
            const auto loaded = file.load();
            REQUIRE(loaded);
            CHECK(is_numbered_position(*loaded, i));
        }
    }
    const auto loaded = PositionFile(path, posix_disk()).load();
    REQUIRE(loaded);
    CHECK(is_numbered_position(*loaded, 21));
    CHECK(read_file(path).size() == file_bytes);
}

namespace {

// With so many late stretches before its position.
SavedPosition with_late(std::uint64_t n, std::size_t stretches) {
    SavedPosition saved = numbered_position(n);
    saved.position = saved.open_from = saved.highest = Position{1000 * n};
    saved.open = 0;
    for (std::uint64_t i = 1; i <= stretches; ++i)
        saved.late.push_back({Position{100 * i},
                              Position{100 * i + n},
                              Position{100 * i - 7},
                              i,
                              {31 * i, 0, {}},
                              i % 2 == 0});
    if (stretches != 0) saved.late[0].notices = {31, 60, {n, n + 1, n + 2, n + 3, n + 4, n + 5}};
    return saved;
}

bool same_late(const std::vector<LateStretch>& a, const std::vector<LateStretch>& b) {
    return std::ranges::equal(a, b, [](const LateStretch& one, const LateStretch& other) {
        const LedgerCounts& x = one.notices.since;
        const LedgerCounts& y = other.notices.since;
        return one.position == other.position && one.to == other.to && one.open_from == other.open_from &&
               one.open == other.open && one.given_up == other.given_up &&
               one.notices.incarnation == other.notices.incarnation &&
               one.notices.minute == other.notices.minute && x.read == y.read && x.lost == y.lost &&
               x.undecodable == y.undecodable && x.filtered == y.filtered && x.paired == y.paired &&
               x.rendered == y.rendered;
    });
}

}  // namespace

TEST_CASE("late stretches are kept, up to four, and are gone when they are saved no more") {
    const TemporaryFolder folder;
    PositionFile file(folder.path() / "route", posix_disk());
    for (const std::size_t stretches : {0u, 1u, 4u, 2u, 3u, 0u}) {
        const SavedPosition saved = with_late(9, stretches);
        REQUIRE(file.save(saved));
        const auto loaded = PositionFile(folder.path() / "route", posix_disk()).load();
        REQUIRE(loaded);
        CHECK(same_late(loaded->late, saved.late));
        CHECK(loaded->position == saved.position);
        CHECK(loaded->notices.since.rendered == saved.notices.since.rendered);
        CHECK(needed_from(*loaded) == (stretches == 0 ? saved.open_from : Position{93}));
    }
}

TEST_CASE(
    "a slot with late stretches names another version than one without: who knows none must not take it") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "route";
    PositionFile file(path, posix_disk());
    REQUIRE(file.save(with_late(9, 1)));
    REQUIRE(file.save(with_late(9, 0)));
    const Bytes bytes = read_file(path);
    CHECK(bytes[3] == '3');
    CHECK(bytes[4096 + 3] == '2');
}

TEST_CASE("late stretches that cannot be are damage: backwards, out of order, beyond the position") {
    const TemporaryFolder folder;
    const auto refused = [&](auto change) {
        SavedPosition saved = with_late(9, 2);
        change(saved.late);
        PositionFile file(folder.path() / "route", posix_disk());
        REQUIRE(file.save(saved));
        REQUIRE(file.save(saved));
        return !file.load().has_value();
    };
    CHECK(!refused([](auto&) {}));
    CHECK(refused([](auto& late) { late[0].position = late[0].to + 1; }));
    CHECK(refused([](auto& late) { std::swap(late[0], late[1]); }));
    CHECK(refused([](auto& late) { late[1].to = Position{9001}; }));
    CHECK(refused([](auto& late) { late[1].open_from = late[1].position + 1; }));
    CHECK(refused([](auto& late) { late[0].open_from = Position{0}; }));
    CHECK(refused([](auto& late) { late[0].open = 8; }));
}

TEST_CASE("what was given up is needed no more as soon as the position stands there, and is lost before") {
    SavedPosition saved;
    saved.position = saved.open_from = Position{10};
    CHECK(given_up_ahead(saved) == 0);
    saved.given_up = {Position{15}, Position{40}};
    CHECK(given_up_ahead(saved) == 25);
    CHECK(needed_from(saved) == Position{10});
    saved.position = Position{15};
    CHECK(needed_from(saved) == Position{40});
    saved.position = saved.open_from = Position{30};
    CHECK(given_up_ahead(saved) == 10);
    CHECK(needed_from(saved) == Position{40});
    saved.position = saved.open_from = Position{40};
    CHECK(given_up_ahead(saved) == 0);
    CHECK(needed_from(saved) == Position{40});
}

TEST_CASE("what the log has dropped is lost, but for what was read before, and is counted under one reason") {
    SavedPosition saved;
    saved.position = saved.open_from = Position{100};
    const auto dropped = [&](std::uint64_t read, std::uint64_t begin, std::uint64_t late_read = 1) {
        return dropped_ahead(saved, Position{read}, Position{late_read}, Position{begin});
    };
    CHECK(dropped(100, 1) == 0);
    CHECK(dropped(100, 100) == 0);
    CHECK(dropped(100, 130) == 30);
    CHECK(dropped(1, 130) == 30);
    CHECK(dropped(120, 130) == 10);
    CHECK(dropped(140, 130) == 0);
    saved.given_up = {Position{110}, Position{120}};
    CHECK(dropped(100, 130) == 20);
    CHECK(dropped(115, 130) == 10);
    CHECK(dropped(100, 115) == 10);
    saved.given_up = {Position{110}, Position{200}};
    CHECK(dropped(100, 130) == 10);
    saved.given_up = {};
    saved.late = {{Position{20}, Position{30}, Position{20}, 0, {}, false},
                  {Position{50}, Position{60}, Position{50}, 0, {}, false}};
    CHECK(dropped(100, 25) == 5);
    CHECK(dropped(100, 25, 23) == 2);
    CHECK(dropped(100, 55, 23) == 7 + 5);
    CHECK(dropped(100, 130) == 10 + 10 + 30);
}

TEST_CASE("of what goes later only that is given up which the log has; what it has dropped goes on alone") {
    const auto given_up_of = [](std::uint64_t begin, bool has_room) {
        LateStretch stretch{Position{20}, Position{30}, Position{15}, 3, {7, 60, {}}, false};
        const GivenUpLate done = give_up(stretch, Position{begin}, has_room);
        std::string text = std::to_string(done.frames) + ": ";
        const auto add = [&text](const LateStretch& one) {
            text += std::to_string(number(one.position)) + "-" + std::to_string(number(one.to)) + " open " +
                    std::to_string(one.open) + " from " + std::to_string(number(one.open_from)) + " of " +
                    std::to_string(one.notices.incarnation) + (one.given_up ? " given up;" : ";");
        };
        add(stretch);
        if (done.rest) add(*done.rest);
        return text;
    };
    const std::string whole = "13: 20-30 open 3 from 15 of 7 given up;";
    CHECK(given_up_of(1, true) == whole);
    CHECK(given_up_of(20, false) == whole);
    CHECK(given_up_of(25, true) == "5: 20-25 open 3 from 15 of 7;25-30 open 0 from 25 of 7 given up;");
    const std::string untouched = "0: 20-30 open 3 from 15 of 7;";
    CHECK(given_up_of(25, false) == untouched);
    CHECK(given_up_of(30, true) == untouched);
    CHECK(given_up_of(40, true) == untouched);
    LateStretch read{Position{30}, Position{30}, Position{15}, 3, {}, false};
    CHECK(give_up(read, Position{40}, true).frames == 3);
    CHECK(give_up(read, Position{40}, true).frames == 0);
}

TEST_CASE("a file that was removed is made anew by what is saved next, its directory too") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "positions" / "route";
    std::filesystem::create_directory(path.parent_path());
    PositionFile file(path, posix_disk());
    REQUIRE(file.save(numbered_position(1)));
    CHECK(!file.take_made_anew());
    for (const bool with_its_directory : {false, true}) {
        CAPTURE(with_its_directory);
        std::filesystem::remove_all(with_its_directory ? path.parent_path() : path);
        REQUIRE(file.save(numbered_position(2)));
        CHECK(file.take_made_anew());
        CHECK(!file.take_made_anew());
        const auto found = read_saved_position(path, posix_disk());
        REQUIRE(found);
        CHECK(is_numbered_position(*found, 2));
        CHECK(std::filesystem::file_size(path) == position_file_bytes);
    }
}

TEST_CASE("more queries than there are frames where they wait are damage") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "route";
    PositionFile file(path, posix_disk());
    SavedPosition saved = numbered_position(10);
    ++saved.open;
    REQUIRE(file.save(saved));
    CHECK_FALSE(PositionFile(path, posix_disk()).load());
}

TEST_CASE("what was given up beyond what there was is damage") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "route";
    PositionFile file(path, posix_disk());
    SavedPosition saved = numbered_position(10);
    saved.given_up = {Position{20}, Position{31}};
    REQUIRE(file.save(saved));
    PositionFile again(path, posix_disk());
    CHECK_FALSE(again.load());
    CHECK(again.damaged());
}

TEST_CASE("any wrong byte in one slot leaves the other") {
    const TemporaryFolder folder;
    const auto path = file_with_two_slots(folder);
    const Bytes whole = read_file(path);
    for (std::size_t slot = 0; slot < 2; ++slot) {
        for (std::size_t offset = slot * 4096; offset < slot * 4096 + 512; ++offset) {
            for (const std::uint8_t change : std::array<std::uint8_t, 4>{0x01, 0x80, 0xff, 0x55}) {
                Bytes bytes = whole;
                bytes[offset] ^= change;
                write_file(path, bytes);
                PositionFile file(path, posix_disk());
                const auto loaded = file.load();
                REQUIRE(loaded);
                REQUIRE(is_numbered_position(*loaded, slot == 0 ? 2 : 1));
                REQUIRE_FALSE(file.damaged());
                // The next save replaces the bad slot, not the good one.
                bytes = read_file(path);
                REQUIRE(file.save(numbered_position(3)));
                REQUIRE(is_numbered_position(PositionFile(path, posix_disk()).load().value(), 3));
                const auto good = static_cast<std::ptrdiff_t>(4096 * (1 - slot));
                REQUIRE(std::equal(bytes.begin() + good, bytes.begin() + good + 512,
                                   read_file(path).begin() + good));
            }
        }
    }
}

TEST_CASE("a position file cut at any byte gives a slot that it has whole, or says that it is damaged") {
    const TemporaryFolder folder;
    const auto path = file_with_two_slots(folder);
    const Bytes whole = read_file(path);
    for (std::size_t length = 1; length < whole.size(); ++length) {
        write_file(path, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
        PositionFile file(path, posix_disk());
        const auto loaded = file.load();
        REQUIRE(loaded.has_value() == (length >= 512));
        REQUIRE(file.damaged() == (length < 512));
        // Saving must need no space, whatever is cut.
        REQUIRE(std::filesystem::file_size(path) == whole.size());
        if (loaded) REQUIRE(is_numbered_position(*loaded, 1));
    }
}

TEST_CASE("two bad slots are damage, and the file can be saved to again") {
    const TemporaryFolder folder;
    const auto path = file_with_two_slots(folder);
    Bytes bytes = read_file(path);
    bytes[100] ^= 1;
    bytes[4196] ^= 1;
    write_file(path, bytes);
    PositionFile file(path, posix_disk());
    CHECK_FALSE(file.load());
    CHECK(file.damaged());
    REQUIRE(file.save(numbered_position(9)));
    CHECK(is_numbered_position(file.load().value(), 9));
    CHECK_FALSE(file.damaged());
}

TEST_CASE("a save that fails half way leaves what was saved before, and says why") {
    const TemporaryFolder folder;
    const auto path = file_with_two_slots(folder);
    FaultyDisk disk;
    PositionFile file(path, disk);
    for (int i = 0; i < 3; ++i) {
        disk.error = ENOSPC;
        disk.failing_calls = {disk.calls + 1, disk.calls + 2};  // whether it is there still, and the writing
        errno = 0;
        CHECK_FALSE(file.save(numbered_position(3)));
        CHECK(errno == ENOSPC);
        CHECK(is_numbered_position(PositionFile(path, posix_disk()).load().value(), 2));
    }
    CHECK(file.save(numbered_position(3)));
    CHECK(is_numbered_position(file.load().value(), 3));
}

TEST_CASE("a position file for which there is no room is not left behind half made") {
    MemoryDisk disk("/memory");
    disk.set_free(700);
    CHECK_THROWS_AS(PositionFile("/memory/route", disk), SpoolError);
    std::vector<std::string> names;
    CHECK(disk.list("/memory", names).ok());
    CHECK(names.empty());
    disk.set_free(10'000);
    PositionFile file("/memory/route", disk);
    CHECK_FALSE(file.load());
    CHECK_FALSE(file.damaged());
}

TEST_CASE("a position file that cannot be had is an error that names it") {
    const TemporaryFolder folder;
    CHECK_THROWS_AS(PositionFile(folder.path() / "missing" / "route", posix_disk()), SpoolError);
}

}  // namespace tapferry
