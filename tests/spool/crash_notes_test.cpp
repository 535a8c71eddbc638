#include "agent/spool/crash_notes.h"

#include <doctest/doctest.h>

#include <csignal>

#include "agent/spool/disk.h"
#include "agent/spool/saved_position.h"
#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

constexpr CrashedUnder program{7, 8};

CrashNotes notes_of(std::initializer_list<std::uint64_t> sequences) {
    CrashNotes notes(program);
    for (const std::uint64_t sequence : sequences) notes.add(sequence, sequence % 2 == 0, SIGSEGV);
    return notes;
}

bool same(const CrashNotes& a, const CrashNotes& b) {
    return std::equal(a.all().begin(), a.all().end(), b.all().begin(), b.all().end(),
                      [](const CrashNote& one, const CrashNote& other) {
                          return one.sequence == other.sequence && one.times == other.times &&
                                 one.decoding == other.decoding && one.signal == other.signal;
                      });
}

}  // namespace

TEST_CASE("crashes are counted by frame, with the signal of the last one") {
    CrashNotes notes = notes_of({5, 9, 5});
    notes.add(5, true, SIGABRT);
    REQUIRE(notes.find(5) != nullptr);
    CHECK(notes.find(5)->times == 3);
    CHECK(notes.find(5)->decoding == 1);
    CHECK(notes.find(5)->signal == SIGABRT);
    CHECK(notes.find(9)->times == 1);
    CHECK(notes.find(6) == nullptr);
    CHECK(notes.all().size() == 2);
}

TEST_CASE("of too many notes the oldest gives way") {
    CrashNotes notes(program);
    for (std::uint64_t sequence = 1; sequence <= CrashNotes::most + 2; ++sequence)
        notes.add(sequence, sequence % 2 == 0, SIGSEGV);
    CHECK(notes.all().size() == CrashNotes::most);
    CHECK(notes.all().front().sequence == 3);
    CHECK(notes.all().back().sequence == CrashNotes::most + 2);
    CHECK(same(CrashNotes(notes.bytes(), program), notes));
}

TEST_CASE(
    "notes come back from their bytes, but not for another version or destination, and not with any wrong "
    "byte") {
    const CrashNotes notes = notes_of({1, 2, 2, sequence_limit});
    CHECK(same(CrashNotes(notes.bytes(), program), notes));
    CHECK(same(CrashNotes(notes.bytes(), {program.version, 0}), notes));
    CHECK(CrashNotes(notes.bytes(), {program.version, 9}).all().empty());
    CHECK(CrashNotes(notes.bytes(), {9, program.destination}).all().empty());
    CHECK(CrashNotes(CrashNotes::Bytes{}, {}).all().empty());
    for (std::size_t offset = 0; offset < notes.bytes().size(); ++offset) {
        for (const std::uint8_t change : std::array<std::uint8_t, 4>{0x01, 0x80, 0xff, 0x55}) {
            CrashNotes::Bytes bytes = notes.bytes();
            bytes[offset] ^= change;
            REQUIRE(CrashNotes(bytes, program).all().empty());
        }
    }
}

TEST_CASE("a position file keeps notes beside the position, and neither touches the other") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "route";
    PositionFile position(path, posix_disk());
    const auto length = std::filesystem::file_size(path);
    CHECK(CrashNotesFile(path, posix_disk()).load(program).all().empty());
    SavedPosition saved;
    for (std::uint64_t n = 1; n <= 4; ++n) {
        saved.position = saved.open_from = Position{n};
        REQUIRE(position.save(saved));
        CrashNotesFile(path, posix_disk()).save(notes_of({n, n, 100}));
        PositionFile again(path, posix_disk());
        REQUIRE(again.load());
        CHECK(again.load()->position == Position{n});
        CHECK(same(CrashNotesFile(path, posix_disk()).load(program), notes_of({n, n, 100})));
    }
    CHECK(std::filesystem::file_size(path) == length);
}

TEST_CASE("a position file that nothing was ever saved to but notes is not damaged") {
    const TemporaryFolder folder;
    PositionFile position(folder.path() / "route", posix_disk());
    CrashNotesFile(folder.path() / "route", posix_disk()).save(notes_of({3}));
    CHECK_FALSE(position.load());
    CHECK_FALSE(position.damaged());
}

TEST_CASE("where no file can be opened there are no notes, and none are made") {
    const TemporaryFolder folder;
    CrashNotesFile file(folder.path() / "route", posix_disk());
    file.save(notes_of({3}));
    CHECK(file.load(program).all().empty());
    CHECK_FALSE(std::filesystem::exists(folder.path() / "route"));
}

}  // namespace tapferry
