// What befalls the log and its readers in a SpoolWorld.
#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>

#include "agent/spool/block_format.h"
#include "agent/spool/crc32c.h"
#include "agent/spool/segment_name.h"
#include "tests/spool/spool_world.h"

namespace tapferry {
namespace {

bool sound(const BlockHeader& header, std::span<const std::uint8_t> from_header) {
    return from_header.size() >= header.whole_length() &&
           crc32c(from_header.subspan(block_header_bytes, header.length)) == header.body_crc;
}

}  // namespace

void SpoolWorld::end_in_order() {
    const bool fine = disk_->away == 0 && memory_.free() >= 2 * floor_bytes && !model_.gone();
    // With a disk that is there, memory is written at the end; when the newest are dropped, if it has room.
    if (!fine || options_.when_full == WhenFull::drop_newest) model_.lose_memory();
    model_.write_memory();
    close();
    restart_file_readers();
    open(false);
}

// SIGKILL: no seal, and half a block may stand at the end.
void SpoolWorld::be_killed() {
    const auto file = newest_segment();
    die();
    if (!file.empty()) {
        const std::array<MemoryDisk::Bytes, 3> torn{
            MemoryDisk::Bytes{}, MemoryDisk::Bytes(1 + below(100), 0xf5), MemoryDisk::Bytes(1 + below(5000))};
        const MemoryDisk::Bytes& half = torn[below(3)];
        memory_.append(file, half);
    }
    restart_file_readers();
    open(false);
}

void SpoolWorld::fail_power() {
    // What was removed may come back, and nobody wrote it to the disk any more.
    model_.lose(1, number(spool_->begin()));
    die();
    file_readers_.clear();
    const auto before = numbers_in_files();
    memory_.fail_power([this](std::uint32_t n) { return below(n); });
    lose_what_is_gone(before);
    for (int i = 0; i < 2; ++i) file_readers_.emplace_back(options_.directory, memory_, first_position);
    open(true);
}

// Numbers that nobody saw may be given again: a reader of files that is ahead of the log was wrong there.
void SpoolWorld::restart_file_readers() {
    for (SpoolReader& reader : file_readers_)
        reader = SpoolReader(options_.directory, memory_, first_position);
}

void SpoolWorld::corrupt() {
    const auto all = segments();
    if (all.empty()) return;
    const auto& file = all[below(static_cast<std::uint32_t>(all.size()))];
    const std::size_t length = memory_.bytes(file)->size();
    if (length == 0) return;
    const auto before = numbers_in_files();
    memory_.turn(file, below(static_cast<std::uint32_t>(length)), static_cast<std::uint8_t>(1 + below(255)));
    lose_what_is_gone(before);
}

void SpoolWorld::lose_what_is_gone(const std::vector<std::uint64_t>& before) {
    std::vector<std::uint64_t> gone;
    std::ranges::set_difference(before, numbers_in_files(), std::back_inserter(gone));
    for (const std::uint64_t n : gone) model_.lose(n, n + 1);
}

void SpoolWorld::remove_files() {
    memory_.remove_directory(options_.directory);
    model_.lose_files(on_disk());
    restart_file_readers();
}

void SpoolWorld::fail_some_calls() {
    // What is written where nobody finds it is another matter.
    if (!memory_.exists(options_.directory)) return;
    disk_->error = std::array{ENOSPC, EIO, EROFS, EDQUOT, EMFILE, EINTR}[below(6)];
    const std::uint64_t first = disk_->calls + 1 + below(6);
    for (std::uint64_t n = first; n < first + 1 + below(4); ++n) disk_->failing_calls.insert(n);
    append();
    save_some();
    pass_time();
    if (below(4) == 0) compress();
    append();
    disk_->failing_calls.clear();
}

void SpoolWorld::go_away() {
    disk_->go_away(std::array{ENOSPC, EIO, EROFS, EDQUOT, EMFILE}[below(5)]);
}

void SpoolWorld::come_back() {
    disk_->come_back();
}

void SpoolWorld::change_room() {
    memory_.set_free(below(2) == 0 ? below(60'000) : much_room);
}

std::vector<std::filesystem::path> SpoolWorld::segments() {
    std::vector<std::filesystem::path> files;
    for (const SegmentName& name : list_segments(options_.directory, memory_).segments)
        files.push_back(options_.directory / file_name(name));
    return files;
}

// The last that this run made.
std::filesystem::path SpoolWorld::newest_segment() {
    std::filesystem::path newest;
    for (const auto& file : segments()) {
        if (parse_segment_name(file.filename().native())->incarnation == spool_->incarnation()) newest = file;
    }
    return newest;
}

std::vector<std::uint64_t> SpoolWorld::numbers_in_files() {
    std::vector<std::uint64_t> numbers;
    for (const SegmentName& name : list_segments(options_.directory, memory_).segments) {
        const std::span<const std::uint8_t> bytes = *memory_.bytes(options_.directory / file_name(name));
        for (std::size_t at = 0; at + block_header_bytes <= bytes.size();) {
            const auto header =
                decode_header(bytes.subspan(at).first<block_header_bytes>(), name.incarnation);
            if (header && has_frames(header->type) && sound(*header, bytes.subspan(at))) {
                for (Position n = header->base; n < header->end(); n = n + 1) numbers.push_back(number(n));
            }
            at += header ? header->whole_length() : 1;
        }
    }
    std::ranges::sort(numbers);
    return numbers;
}

}  // namespace tapferry
