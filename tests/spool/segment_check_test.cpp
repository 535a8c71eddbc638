#include "agent/spool/segment_check.h"

#include <doctest/doctest.h>

#include <atomic>

#include "agent/spool/block_format.h"
#include "agent/spool/compaction.h"
#include "agent/spool/saved_position.h"
#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

const std::atomic<bool> not_stopped{false};
const auto to_the_end = [](std::uint64_t) { return true; };

// Frames 1 to 20 in a compressed segment, 21 and 22 lost to power, 23 to 42 and a notice in three plain ones
// and an empty newest one.
class MixedLog {
  public:
    MixedLog() {
        {
            Spool spool(small_spool(folder_), posix_disk());
            spool.open_stream(1, "bind", "p");
            for (int i = 0; i < 10; ++i) REQUIRE(append_frames(spool, {200, 200}).appended);
        }
        {
            Spool spool(small_spool(folder_, 1200), posix_disk(), Position{23});
            const SealedSegment first = spool.sealed().at(0);
            const auto rewritten = rewrite_segment(directory(), first, posix_disk(), not_stopped);
            REQUIRE(rewritten.result == Rewriting::written);
            REQUIRE(spool.replace(first.name, rewritten_path(directory(), first.name), rewritten.bytes) == 0);
            for (int i = 0; i < 10; ++i) {
                REQUIRE(append_frames(spool, {100, 50}).appended);
                REQUIRE(append_time(spool, 1'700'000'100 + i));
            }
            REQUIRE(spool.append_notice({}, "bind", {1'700'000'200, 0}).appended);
        }
        { const Spool spool(small_spool(folder_), posix_disk()); }
        files = segment_files(directory());
        REQUIRE(files.size() >= 4);
    }
    [[nodiscard]] std::filesystem::path directory() const { return folder_.path() / "spool"; }
    [[nodiscard]] LogCheck check() const { return check_log(directory(), posix_disk(), to_the_end); }

    std::vector<std::filesystem::path> files;

  private:
    TemporaryFolder folder_;
};

struct Losses {
    std::uint64_t frames = 0;
    std::uint64_t notices = 0;
    std::array<std::uint64_t, loss_reason_count> lost{};
};

Losses losses_of_a_reader(const std::filesystem::path& directory) {
    Losses losses;
    SpoolReader reader(directory, posix_disk(), first_position);
    for (;;) {
        const SpoolRead read = reader.next();
        if (std::holds_alternative<SpoolEnd>(read)) return losses;
        if (const auto* gap = std::get_if<SpoolGap>(&read))
            losses.lost[static_cast<std::size_t>(gap->reason)] += distance(gap->from, gap->to);
        if (const auto* block = std::get_if<SpoolBlock>(&read)) losses.frames += block->frames.size();
        if (std::holds_alternative<SpoolNotice>(read)) ++losses.notices;
    }
}

std::uint64_t count(const LogCheck& check, LossReason reason) {
    return check.known[static_cast<std::size_t>(reason)];
}

}  // namespace

TEST_CASE("a sound log has no damage, and what it knows to be lost is counted by reason") {
    const MixedLog log;
    const LogCheck check = log.check();
    CHECK(check.damage.empty());
    CHECK(check.whole);
    CHECK(check.segments == log.files.size());
    CHECK(check.frames == 40);
    CHECK(check.notices == 1);
    CHECK(count(check, LossReason::power) == 2);
    std::uint64_t bytes = 0;
    for (const auto& file : log.files) bytes += std::filesystem::file_size(file);
    CHECK(check.bytes == bytes);
}

TEST_CASE("whatever byte is wrong, the check counts what a reader counts, and names segment and offset") {
    const MixedLog log;
    for (const auto& file : log.files) {
        const Bytes whole = read_file(file);
        for (std::size_t offset = 0; offset < whole.size(); ++offset) {
            CAPTURE(file);
            CAPTURE(offset);
            Bytes bytes = whole;
            bytes[offset] = static_cast<std::uint8_t>(bytes[offset] ^ 0x41);
            write_file(file, bytes);
            const LogCheck check = log.check();
            const Losses losses = losses_of_a_reader(log.directory());
            REQUIRE(check.frames == losses.frames);
            REQUIRE(check.notices == losses.notices);
            REQUIRE(check.damaged_frames() == losses.lost[static_cast<std::size_t>(LossReason::damage)]);
            REQUIRE(count(check, LossReason::power) ==
                    losses.lost[static_cast<std::size_t>(LossReason::power)]);
            // What is behind the last number may be torn, and of the newest segment it may be under way.
            if (file != log.files.back() && offset + block_header_bytes < whole.size())
                REQUIRE_FALSE(check.damage.empty());
            for (const Damage& damage : check.damage) {
                REQUIRE(file_name(damage.segment) == file.filename());
                REQUIRE(damage.offset <= offset);
                REQUIRE(offset - damage.offset < 4000);
            }
        }
        write_file(file, whole);
    }
}

TEST_CASE("a segment that is cut, and one that is removed, are counted as a reader counts them") {
    for (std::size_t segment = 0; segment < 3; ++segment) {
        for (const bool removed : {false, true}) {
            CAPTURE(segment);
            CAPTURE(removed);
            const MixedLog log;
            const auto& file = log.files[segment];
            if (removed)
                std::filesystem::remove(file);
            else
                std::filesystem::resize_file(file, 300);
            const LogCheck check = log.check();
            Losses losses = losses_of_a_reader(log.directory());
            // In front of the log's beginning nothing is missed.
            if (removed && segment == 0) losses.lost[static_cast<std::size_t>(LossReason::retention)] = 0;
            CHECK(check.frames == losses.frames);
            CHECK(check.damaged_frames() == losses.lost[static_cast<std::size_t>(LossReason::damage)]);
            CHECK(count(check, LossReason::retention) ==
                  losses.lost[static_cast<std::size_t>(LossReason::retention)]);
        }
    }
}

TEST_CASE("a check ends when it is told to, and says so") {
    const MixedLog log;
    const LogCheck check = check_log(log.directory(), posix_disk(), [](std::uint64_t) { return false; });
    CHECK_FALSE(check.whole);
    CHECK(check.frames < 40);
}

TEST_CASE("a glance tells numbers, times, bytes and what compression saved") {
    const MixedLog log;
    const auto segments = glance_at_log(log.directory(), posix_disk());
    REQUIRE(segments.size() == log.files.size());
    const SegmentGlance& first = segments.front();
    CHECK(first.name.base == first_position);
    CHECK(first.end == Position{21});
    CHECK(first.compressed);
    CHECK(first.content_bytes > 4000);
    CHECK(first.bytes < first.content_bytes);
    CHECK(first.bytes == std::filesystem::file_size(log.files[0]));
    REQUIRE(first.received);
    CHECK(first.received->seconds == 1'700'000'000);
    const SegmentGlance& second = segments[1];
    CHECK(second.name.base == Position{21});
    CHECK(second.end == segments[2].name.base);
    CHECK_FALSE(second.compressed);
    CHECK(second.content_bytes == second.bytes);
    const SegmentGlance& newest = segments.back();
    CHECK(newest.end == Position{44});
    CHECK_FALSE(newest.received);
}

TEST_CASE("a saved position is read without a change to its file, and none where there is none") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "position";
    CHECK_FALSE(read_saved_position(path, posix_disk()));
    CHECK_FALSE(std::filesystem::exists(path));
    {
        PositionFile file(path, posix_disk());
        SavedPosition saved;
        saved.position = saved.open_from = Position{7};
        REQUIRE(file.save(saved));
    }
    const Bytes before = read_file(path);
    const auto saved = read_saved_position(path, posix_disk());
    REQUIRE(saved);
    CHECK(saved->position == Position{7});
    CHECK(read_file(path) == before);
    write_file(path, Bytes(100, 3));
    CHECK_FALSE(read_saved_position(path, posix_disk()));
}

}  // namespace tapferry
