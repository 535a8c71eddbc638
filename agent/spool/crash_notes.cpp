#include "agent/spool/crash_notes.h"

#include <fcntl.h>

#include <algorithm>
#include <limits>

#include "agent/spool/crc32c.h"
#include "agent/spool/little_endian.h"

namespace tapferry {
namespace {

constexpr std::array<std::uint8_t, 4> magic{0xf5, 'T', 'C', '1'};
// Behind the first slot, where the file has its blocks already.
constexpr std::uint64_t offset_in_file = 512;
constexpr std::size_t version_at = 4;
constexpr std::size_t destination_at = 8;
constexpr std::size_t count_at = 12;
constexpr std::size_t notes_at = 16;
constexpr std::size_t note_bytes = 16;
constexpr std::size_t crc_at = std::tuple_size_v<CrashNotes::Bytes> - 4;
static_assert(notes_at + CrashNotes::most * note_bytes <= crc_at);

void count_one(std::uint16_t& count) {
    if (count < std::numeric_limits<std::uint16_t>::max()) ++count;
}

}  // namespace

CrashNotes::CrashNotes(const Bytes& bytes, CrashedUnder under) noexcept : under_(under) {
    const auto number_at = [&](std::size_t offset) { return load_le<std::uint32_t>(&bytes[offset]); };
    const std::uint32_t count = number_at(count_at);
    if (!std::equal(magic.begin(), magic.end(), bytes.begin()) || count > most ||
        number_at(crc_at) != crc32c(std::span(bytes).first(crc_at)) ||
        number_at(version_at) != under.version ||
        (under.destination != 0 && number_at(destination_at) != under.destination))
        return;
    for (; count_ < count; ++count_) {
        const std::uint8_t* at = &bytes[notes_at + count_ * note_bytes];
        notes_[count_] = {load_le<std::uint64_t>(at), load_le<std::uint16_t>(at + 8),
                          load_le<std::uint16_t>(at + 10), load_le<std::uint32_t>(at + 12)};
    }
}

CrashNotes::Bytes CrashNotes::bytes() const noexcept {
    Bytes bytes{};
    std::copy(magic.begin(), magic.end(), bytes.begin());
    store_le(&bytes[version_at], under_.version);
    store_le(&bytes[destination_at], under_.destination);
    store_le(&bytes[count_at], static_cast<std::uint32_t>(count_));
    std::uint8_t* at = &bytes[notes_at];
    for (const CrashNote& note : all()) {
        store_le(at, note.sequence);
        store_le(at + 8, note.times);
        store_le(at + 10, note.decoding);
        store_le(at + 12, note.signal);
        at += note_bytes;
    }
    store_le(&bytes[crc_at], crc32c(std::span(bytes).first(crc_at)));
    return bytes;
}

void CrashNotes::add(std::uint64_t sequence, bool decoding, int signal) noexcept {
    auto* const end = notes_.begin() + count_;
    auto* note =
        std::find_if(notes_.begin(), end, [&](const CrashNote& known) { return known.sequence == sequence; });
    if (note == end) {
        if (count_ == most)
            note = std::copy(notes_.begin() + 1, notes_.end(), notes_.begin());
        else
            ++count_;
        *note = {sequence, 0, 0, 0};
    }
    count_one(note->times);
    if (decoding) count_one(note->decoding);
    note->signal = static_cast<std::uint32_t>(signal);
}

const CrashNote* CrashNotes::find(std::uint64_t sequence) const noexcept {
    for (const CrashNote& note : all())
        if (note.sequence == sequence) return &note;
    return nullptr;
}

CrashNotesFile::CrashNotesFile(const std::filesystem::path& position_file, Disk& disk) : disk_(&disk) {
    const DiskResult opened = disk.open(position_file, O_RDWR);
    if (opened.ok()) file_ = DiskFile(disk, static_cast<int>(opened.value));
}

CrashNotes CrashNotesFile::load(CrashedUnder under) const {
    CrashNotes::Bytes bytes{};
    if (file_.fd() >= 0) static_cast<void>(read_fully(*disk_, file_.fd(), offset_in_file, bytes));
    return {bytes, under};
}

void CrashNotesFile::save(const CrashNotes& notes) noexcept {
    if (file_.fd() >= 0) static_cast<void>(disk_->write_at(file_.fd(), offset_in_file, notes.bytes(), {}));
}

}  // namespace tapferry
